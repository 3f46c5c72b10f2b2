/* One section a control: where it stands, what lifts it, its charts, and its criteria by level. */

function drawControls(report, body) {
  body.append(el("ul", { class: "control-index" }, report.controls.map((control) => el("li", {}, el("a", { href: `#${control.id}` }, `${control.id.slice(-3)} ${tm(control.title)}`)))),
    ...report.controls.map((control) => controlSection(report, control)));
}

function controlSection(report, control) {
  return el("section", { class: "control", id: control.id, "aria-labelledby": `${control.id}-title` },
    el("header", { class: "control-head" },
      el("div", {}, el("p", { class: "code" }, `${control.id} · ${severityWords(control.severity)}`), el("h3", { id: `${control.id}-title` }, tm(control.title))),
      controlLevel(report, control)),
    el("p", { class: "control-why" }, tm(control.why)),
    lifts(report, control),
    chartsOf(report, control),
    [2, 3, 4, 5].map((level) => levelGroup(report, control, level)));
}

function controlLevel(report, control) {
  if (!control.applicable || !control.confirmed) return badge("not_applicable");
  return el("div", { class: "control-level" }, ladder(report, control), levelNumbers(control));
}

function lifts(report, control) {
  if (!control.next || !control.next.blocked_by.length) return null;
  return el("div", { class: "lift", id: `${control.id}-lift` },
    el("h4", {}, t("What lifts it to level {level}", { level: control.next.level }), " ", el("span", { class: "quiet" }, t("cheapest first"))),
    el("ol", {}, control.next.blocked_by.map((blocker) => lift(report, blocker))));
}

function lift(report, blocker) {
  const criterion = report.criterionById.get(blocker.criterion);
  return el("li", {},
    el("div", { class: "lift-line" }, icon(blocker.outcome), el("div", {},
      el("p", {}, tm(blocker.remedy)),
      el("p", { class: "quiet" }, el("a", { href: `#${blocker.criterion}` }, shortId(blocker.criterion)), ` · ${missing(blocker, criterion)} · ${effortWords(blocker.effort)}`),
      liftSubjects(report, blocker))));
}

function liftSubjects(report, blocker) {
  if (!blocker.subjects.length) return null;
  const shown = blocker.subjects.slice(0, 6);
  return el("ul", { class: "subjects" },
    shown.map((arn) => el("li", {}, el("a", { href: findingsLink({ criterion: blocker.criterion, q: arn }), title: arn }, said(nameOfArn(report, arn), 48)))),
    el("li", {}, el("a", { class: "all", href: findingsLink({ criterion: blocker.criterion, result: "fail,unknown" }) },
      blocker.subjects_total > 1 ? t("all {n} in the findings", { n: blocker.subjects_total }) : t("in the findings"))));
}

function nameOfArn(report, arn) {
  if (!report.subjectByArn) report.subjectByArn = new Map(report.subjects.map((row, index) => [report.words.arns[row[1]] + row[2], index]));
  const index = report.subjectByArn.get(arn);
  return subjectName(index === undefined ? { arn } : subjectAt(report, index));
}

function levelGroup(report, control, level) {
  const criteria = report.criteria.filter((criterion) => criterion.control === control && criterion.level === level);
  if (!criteria.length) return null;
  return el("section", { class: "level-group", "aria-label": t("{control}, level {level}", { control: tm(control.title), level }) },
    el("h4", {}, el("span", { class: "level-badge" }, String(level)), tm(control.cells[level - 1]), " ", el("span", { class: "quiet" }, tm(report.levels[level - 1]))),
    criteria.map((criterion) => criterionCard(report, criterion)));
}
