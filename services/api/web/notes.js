import { bdi, el } from "./dom.js";
import { worded } from "./said.js";
import { people } from "./schedule.js";
import { t } from "./texts.js";

const ITS_CODE_SAYS_ALL = new Set(["no_entries", "unknown_layout", "timeline", "read_by_ai", "unread_line"]);

/** Which of several swimmers of one name: by age and team. `choose` is told the person, or null for all. */
export function chooser(warning, swims, meant, choose) {
  const own = swims.filter(({ who }) => who === warning.who);
  const name = `person-${warning.batch}-${own[0]?.code}`;
  const one = (person, isChecked, ...label) =>
    el("label", {}, el("input", { type: "radio", name, checked: isChecked, onchange: () => choose(person) }), el("span", {}, label));
  const same = (person) => JSON.stringify(person) === JSON.stringify(meant);
  return el(
    "fieldset",
    { class: "card people" },
    el("legend", {}, t("same_name", { name: warning.who })),
    one(null, !meant, t("all_of_them")),
    people(own).map((person) => one(person, same(person), person.age !== null && t("age", { age: person.age }), " ", bdi(person.team ?? ""))),
  );
}

/** What else a reader of a sheet should know: that somebody is not in it, who could be meant, what could not be read. */
export function lacking(sheet, searchAgain) {
  return sheet.warnings.filter(({ code }) => code !== "same_name").map((warning) => {
    const isLack = warning.code === "not_found" || warning.code === "several_candidates";
    const own = ITS_CODE_SAYS_ALL.has(warning.code) ? null : warning.message;
    const said = isLack ? t(warning.code, { name: warning.who }) : worded(`warning_${warning.code}`, own);
    const near = isLack && searchAgain && warning.names.length > 0;
    return el(
      "div",
      { class: isLack ? "card note" : "hint" },
      el("p", {}, said, warning.page && !isLack && ` ${t("page", { page: warning.page })}`),
      near && el("p", { class: "row near" }, el("span", {}, t("near")), warning.names.map((name) =>
        el("button", { type: "button", onclick: () => searchAgain(name, warning.batch) }, bdi(name)))),
    );
  });
}
