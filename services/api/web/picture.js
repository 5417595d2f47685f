import { bdi, el, replace, svg } from "./dom.js";
import { laid } from "./schedule.js";
import { clashText, gapText, marks, placeOf, race, start } from "./swim.js";
import { isolated, span, t } from "./texts.js";

const ROW = 46;
const PILL = 38;
const HOURS = 74;
/** Pixels for a minute between two swims: long pauses are shortened, and say how long they are. */
const SCALE = 1.5;
const LONGEST = 120;

/** A session as a picture: a lane for each swimmer, from top to bottom as the day goes. Null where no time is known. */
export function picture(swims, session) {
  const entries = laid(swims);
  if (!entries.length) return null;
  const node = el("figure", { class: "picture" });
  const drawn = { node, tick: () => {} };
  let width = 0;
  new ResizeObserver(([{ contentRect }]) => {
    if (Math.abs(contentRect.width - width) < 2) return;
    width = contentRect.width;
    draw();
  }).observe(node);
  const table = el("details", {}, el("summary", {}, t("as_table")), asTable(entries));
  const canvas = el("div", {});
  replace(node, canvas, table);

  function draw() {
    const { places, height } = placed(entries);
    const lanes = [...new Set(entries.map(({ swim }) => swim.who))];
    const lane = (width - HOURS) / lanes.length;
    const root = svg("svg", { width, height, role: "group", "aria-label": t("picture", { count: entries.length }) });
    lanes.forEach((who, place) => {
      const x = HOURS + (place + 0.5) * lane;
      root.append(svg("line", { class: `rope r${place % 4}`, x1: x, x2: x, y1: 26, y2: height - 8 }));
      if (lanes.length > 1) root.append(svg("text", { class: "lane", "aria-hidden": "true", x, y: 16, "text-anchor": "middle", "data-room": lane - 12 }, who));
    });
    entries.forEach((entry, place) => root.append(...pill(entry, places[place], HOURS + lanes.indexOf(entry.swim.who) * lane, lane, lanes.indexOf(entry.swim.who))));
    const now = svg("g", { class: "now", hidden: "" }, svg("line", { x1: 0, x2: width }), svg("text", { x: 2, y: -5 }, t("now")));
    root.append(now);
    replace(canvas, root);
    root.querySelectorAll("[data-room]").forEach(shorten);
    drawn.tick = () => {
      const y = isToday(session.date) ? heightAt(entries, places, minutesNow()) : null;
      now.toggleAttribute("hidden", y === null);
      if (y !== null) now.setAttribute("transform", `translate(0 ${y})`);
    };
    drawn.tick();
  }
  return drawn;
}

/** Where each swim stands: one below the other where they are of one swimmer, side by side where they are at once. */
function placed(entries) {
  const places = [];
  entries.forEach(({ swim }, place) => {
    const before = entries[place - 1]?.swim;
    if (!before) return places.push(44);
    const isBeside = before.minutes === swim.minutes && before.who !== swim.who;
    const step = Math.min(Math.max((swim.minutes - before.minutes) * SCALE, ROW), LONGEST);
    places.push(places[place - 1] + (isBeside ? 0 : step));
  });
  return { places, height: places.at(-1) + PILL };
}

function pill({ swim, gap, clashes }, y, x, lane, place) {
  const isBad = clashes.length > 0;
  const said = [`${marks(swim)} ${race(swim)}`, start(swim), swim.who, ...clashes.map((other) => clashText(swim, other)), gap !== null && gapText(gap)];
  const box = svg(
    "a",
    { href: `#${placeOf(swim)}`, class: `pill r${place % 4}${isBad ? " bad" : ""}${swim.heat_start_estimated ? " about" : ""}` },
    svg("title", {}, said.filter(Boolean).map(isolated).join(", ")),
    svg("rect", { x: x + 4, y: y - PILL / 2, width: lane - 8, height: PILL, rx: 9 }),
    svg("text", { class: "arm", "aria-hidden": "true", x: x + 14, y: y - 3, "data-room": lane - 26 }, marks(swim)),
    svg("text", { "aria-hidden": "true", x: x + 14, y: y + 12, "data-room": lane - 26 }, (isBad ? "⚠ " : "") + race(swim)),
  );
  const time = svg("text", { class: "hour", "aria-hidden": "true", x: HOURS - 8, y: y + 4, "text-anchor": "end" }, start(swim));
  const pause = gap !== null && gap * SCALE > ROW + 12 && svg("text", { class: "pause", "aria-hidden": "true", x: x + 18, y: y + PILL / 2 + 17 }, `↓ ${span(gap)}`);
  return [time, box, ...(pause ? [pause] : [])];
}

/** Now, between two swims, or a little before the first; null outside of the session. */
function heightAt(entries, places, minutes) {
  const after = entries.findIndex(({ swim }) => swim.minutes > minutes);
  if (after === -1) return minutes - entries.at(-1).swim.minutes < 30 ? places.at(-1) + PILL / 2 : null;
  if (after === 0) return entries[0].swim.minutes - minutes < 120 ? 24 : null;
  const [from, to] = [entries[after - 1].swim.minutes, entries[after].swim.minutes];
  return places[after - 1] + ((places[after] - places[after - 1]) * (minutes - from)) / (to - from);
}

/** The pool's clock is taken for this device's: who looks at "now" is there. */
function isToday(date) {
  const today = new Date();
  return date === `${today.getFullYear()}-${String(today.getMonth() + 1).padStart(2, "0")}-${String(today.getDate()).padStart(2, "0")}`;
}

function minutesNow() {
  const now = new Date();
  return now.getHours() * 60 + now.getMinutes() + now.getSeconds() / 60;
}

/** SVG does not shorten a text by itself; how wide one is, is known once it is drawn. */
function shorten(node) {
  const room = Number(node.dataset.room);
  for (let text = node.textContent; node.getComputedTextLength() > room && text.length > 1; ) {
    text = text.slice(0, Math.min(text.length - 1, Math.ceil((text.length * room) / node.getComputedTextLength())));
    node.textContent = `${text.trimEnd()}…`;
  }
}

/** The same for whoever does not see the picture. */
function asTable(entries) {
  const head = ["start", "swimmer", "swim", "then"].map((name) => el("th", { scope: "col" }, t(`table_${name}`)));
  const rows = entries.map(({ swim, gap, clashes }) =>
    el("tr", {}, el("th", { scope: "row" }, start(swim)), el("td", {}, bdi(swim.who)), el("td", {}, bdi(`${marks(swim)} ${swim.event_name ?? ""}`)),
      el("td", {}, [gap !== null && gapText(gap), ...clashes.map((other) => clashText(swim, other))].filter(Boolean).join("; ") || "–")));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("as_table") }, el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows)));
}
