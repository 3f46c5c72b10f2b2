// Shows a running scan's last lines, and loads the page again when it has ended. Without this script the page says how.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const lines = document.getElementById("lines");
  if (!lines) return;
  const again = async () => {
    const answer = await fetch("/run/state", { headers: { accept: "application/json" } }).catch(() => null);
    if (answer && !answer.ok) return;
    const state = answer ? await answer.json().catch(() => null) : null;
    if (state && !state.running) return location.reload();
    const text = state ? state.lines.join("\n") : lines.textContent;
    if (text !== lines.textContent) lines.textContent = text;
    setTimeout(again, 1500);
  };
  setTimeout(again, 1500);
});
