import { googleLink } from "./calendar.js";
import { bdi, el } from "./dom.js";
import { clock, span, t } from "./texts.js";

/** When a swim starts, as text; estimates say so. */
export function start(swim) {
  if (swim.heat_start_time === null) return t("no_time");
  return (swim.heat_start_estimated ? "~" : "") + clock(swim.heat_start_time);
}

/** Event, heat and lane in one line, as swimmers write them on their arms. */
export function marks(swim) {
  const parts = [["E", swim.event_number], ["H", swim.heat_number], ["L", swim.lane]];
  return parts.filter(([, value]) => value !== null).map(([letter, value]) => `${letter}${value}`).join(" ");
}

/** The short name of an event: from its distance on, without the pool, which is the same for all. */
export function race(swim) {
  const name = (swim.event_name ?? "").replace(/\b[LS]C (?:Meter|Yard)s? /, "");
  return /(?:\d ?[x×] ?)?\b(?:25|50|100|200|400|500|800|1000|1500|1650)\b.*/.exec(name)?.[0] ?? name;
}

/** The id of a swim's row, which its pill in the picture leads to. */
export const placeOf = ({ key }) => `swim-${key}`;

/** What is special about an entry. */
export function kinds(swim) {
  return [
    swim.kind === "alternate" ? t("kind_alternate") : swim.relay_leg !== null && t("leg", { leg: swim.relay_leg }),
    swim.kind === "scratched" && t("kind_scratched"),
    swim.kind === "unseeded" && t("kind_unseeded"),
    swim.round,
  ].filter(Boolean);
}

/** One line of a session's list. */
export function swimRow({ swim, gap, clashes }, { several, isPicked, pick }) {
  const box = el("input", { type: "checkbox", checked: isPicked, "aria-label": t("pick", { name: `${marks(swim)} ${swim.event_name ?? ""}` }), onchange: () => pick(swim, box.checked) });
  const about = swim.heat_start_estimated && el("small", {}, " ", t("estimated"));
  const time = swim.minutes !== null && el("span", { class: "time" }, start(swim), about);
  const mark = (caption, value, of) =>
    value !== null && el("span", { class: "mark" }, el("small", {}, caption, " "), el("span", {}, el("b", {}, value), of && el("small", {}, ` / ${of}`)));
  const facts = [...kinds(swim), swim.seed_time && t("seed", { time: swim.seed_time })].filter(Boolean).join(" · ");
  return el(
    "li",
    { class: `swim ${swim.kind}${isPicked ? "" : " left"}` },
    box,
    el("div", { class: "what" }, (time || several) && el("div", { class: "head" }, time, several && el("span", { class: "who" }, bdi(swim.who))), el("strong", {}, bdi(swim.event_name ?? t("swim"))), facts && el("small", {}, bdi(facts))),
    el("div", { class: "marks" }, mark(t("event"), swim.event_number), mark(t("heat"), swim.heat_number, swim.heat_count), mark(t("lane"), swim.lane)),
    googleLink(swim, `${marks(swim)} ${race(swim)}`),
    clashes.map((other) => el("p", { class: "clash" }, clashText(swim, other))),
    gap !== null && el("p", { class: "gap" }, gapText(gap)),
  );
}

export const gapText = (gap) => t("gap", { span: span(gap) });

export function clashText(swim, other) {
  const apart = Math.abs(other.minutes - swim.minutes);
  if (!apart) return t("clash_at_once", { name: other.who, marks: marks(other) });
  return t("clash", { name: other.who, marks: marks(other), span: span(apart) });
}
