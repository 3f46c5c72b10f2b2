/*
 * The way to a resource in the AWS console. The host is one of three that console_links.json names; what comes from the data
 * is percent-encoded, so that no name of a stranger can lead elsewhere. `console.rs` does the same for the program.
 */

let consoleLinks;

/** The address, or nothing where AWS has no page for it. */
function consoleLink(subject) {
  consoleLinks ||= JSON.parse(document.getElementById("console-links").textContent);
  const [arn, partition, service, , , ...resources] = subject.arn.split(":");
  const resource = resources.join(":");
  const host = Object.hasOwn(consoleLinks.hosts, partition) && consoleLinks.hosts[partition];
  // `rung` composes ARNs of its own for what AWS gives none.
  if (arn !== "arn" || !host || !resource || service === "rung" || !/^[a-z0-9-]+$/.test(subject.region)) return undefined;
  const [type, id] = typeOf(resource);
  const link = consoleLinks.links.find((own) => own.service === service && (own.type === "" || own.type === type));
  const path = link && (subject.region === "global" ? link.global : link.path);
  if (path) return `https://${host}/${filledPath(path, subject, { id, all: resource, parts: (link.type === "" ? resource : id).split(/[/:]/) })}`;
  const view = Object.hasOwn(consoleLinks.view, partition) && consoleLinks.view[partition];
  return view ? view.replace("{arn}", () => encoded(subject.arn)) : undefined;
}

/** `volume/vol-1` is of the type `volume`. */
function typeOf(resource) {
  const at = resource.search(/[/:]/);
  return at < 0 ? ["", resource] : [resource.slice(0, at), resource.slice(at + 1)];
}

function filledPath(path, subject, { id, all, parts }) {
  const values = { region: subject.region, id, all, arn: subject.arn };
  return path.replace(/\{(\w+)\}/g, (_, name) => encoded(values[name] ?? parts[Number(name) - 1] ?? ""));
}

/** Like encodeURIComponent, which refuses halves of characters; all but letters, digits and -._ is encoded. */
function encoded(text) {
  return encodeURIComponent(text.toWellFormed ? text.toWellFormed() : text).replace(/[!'()*~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function consoleAnchor(subject, text) {
  const href = consoleLink(subject);
  return href ? el("a", { class: "console", href, target: "_blank", rel: "noopener noreferrer", "aria-label": t("{name} in the AWS console", { name: subjectName(subject).slice(0, 80) }) }, text, " ", el("span", { "aria-hidden": "true" }, "↗")) : null;
}
