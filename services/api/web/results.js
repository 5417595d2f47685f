import { ask } from "./api.js";
import { calendars } from "./calendar.js";
import { bdi, el, replace } from "./dom.js";
import { chooser, lacking } from "./notes.js";
import { picture } from "./picture.js";
import { grouped, isOf, laid } from "./schedule.js";
import { share } from "./share.js";
import { placeOf, swimRow } from "./swim.js";
import { day, t } from "./texts.js";

const SOON_MS = 300;

/** What was found: sheets, their sessions, the swims. It is drawn anew only when there is news. */
export class Results {
  node = el("div", { class: "results" });
  /** By batch: what `/results` answered. */
  told = new Map();
  /** Keys of swims that are not wanted, and by swimmer the one of several people that is meant. */
  left = new Set();
  meant = new Map();
  ids = [];
  timers = new Map();

  /** `told(id, view)` is called with each answer. */
  constructor({ searchAgain, told } = {}) {
    this.searchAgain = searchAgain;
    this.ontold = told;
    this.pictures = [];
    this.jumping = () => this.jump();
    addEventListener("hashchange", this.jumping);
    this.moving = setInterval(() => this.pictures.forEach((one) => one.tick()), 20_000);
  }

  leave() {
    clearInterval(this.moving);
    removeEventListener("hashchange", this.jumping);
    this.timers.forEach(clearTimeout);
  }

  order(ids) {
    this.ids = ids;
  }

  /** Ask for a batch's results, once for events that come together; asked again while nobody answers. */
  refresh(id, after = SOON_MS) {
    clearTimeout(this.timers.get(id));
    this.timers.set(id, setTimeout(async () => {
      try {
        const view = await ask(`/api/batches/${id}/results`);
        this.ontold(id, view);
        this.show(id, view);
      } catch (wrong) {
        if (wrong.passing) this.refresh(id, Math.max(3, wrong.waitSeconds ?? 0) * 1000);
      }
    }, after));
  }

  show(id, view) {
    const isNews = JSON.stringify(view) !== JSON.stringify(this.told.get(id));
    this.told.set(id, view);
    if (isNews) this.draw();
  }

  /** Take back what was shown of a batch. */
  drop(id) {
    clearTimeout(this.timers.get(id));
    if (this.told.delete(id)) this.draw();
  }

  draw() {
    const batches = [...this.told.values()].sort((one, other) => this.ids.indexOf(one.batch_id) - this.ids.indexOf(other.batch_id));
    const sheets = grouped(batches);
    const several = batches.length > 1;
    this.pictures = [];
    const isAny = sheets.some(({ sessions }) => sessions.length);
    const focus = focusIn(this.node);
    const drawn = sheets.map((sheet) => this.sheet(sheet, several));
    replace(this.node, isAny && this.deeds(batches, sheets), ...drawn);
    focus();
    if (!this.hasJumped) this.jump();
  }

  /** To the session or the swim that the address names, with the focus, unless that has gone on within it meanwhile. */
  jump() {
    const meant = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!meant || !this.node.contains(meant)) return;
    this.hasJumped = true;
    meant.scrollIntoView();
    if (!meant.contains(document.activeElement)) meant.focus({ preventScroll: true });
  }

  /** What can be done with all of it. */
  deeds(batches, sheets) {
    const swims = sheets.flatMap(({ sessions }) => sessions.flatMap((session) => session.swims));
    const pickAll = (isPicked) => () => {
      this.left = new Set(isPicked ? [] : swims.map(({ key }) => key));
      this.draw();
    };
    const others = el(
      "div",
      { class: "row deeds" },
      el("button", { type: "button", onclick: () => print() }, t("print")),
      el("span", { class: "gapped" }),
      el("button", { type: "button", class: "quiet wide", onclick: pickAll(true) }, t("pick_all")),
      el("button", { type: "button", class: "quiet wide", onclick: pickAll(false) }, t("pick_none")),
    );
    return [calendars(batches, swims.map((swim) => ({ ...swim, isLeft: this.left.has(swim.key) || !this.isMeant(swim) }))), others];
  }

  /** Whether a swim may be that person's of several of one name who was chosen, if one was. */
  isMeant(swim) {
    const person = this.meant.get(swim.who);
    return !person || isOf(person, swim);
  }

  sheet(sheet, several) {
    const swims = sheet.sessions.flatMap((session) => session.swims);
    const choice = sheet.warnings.filter(({ code }) => code === "same_name").map((warning) =>
      chooser(warning, swims, this.meant.get(warning.who), (person) => {
        this.meant.set(warning.who, person);
        this.draw();
      }));
    return el(
      "section",
      { class: "sheet" },
      el("header", {}, el("h2", {}, bdi(sheet.meet_name ?? sheet.source)), el("p", { class: "hint" }, bdi(sheet.source), sheet.venue && [" · ", bdi(sheet.venue)])),
      choice,
      lacking(sheet, this.searchAgain),
      sheet.sessions.map((session) => this.session(session, several)),
      sheet.repeated > 0 && el("p", { class: "hint" }, t("repeated", { count: sheet.repeated })),
      swims.length > 0 && el("div", { class: "row deeds" }, sheet.codes.filter(({ code }) => swims.some((swim) => swim.code === code)).map(({ who, code }) => share(code, several ? who : null))),
    );
  }

  session(session, several) {
    const swims = session.swims.filter((swim) => this.isMeant(swim));
    const picked = swims.filter(({ key }) => !this.left.has(key));
    const facts = new Map(laid(picked).map((one) => [one.swim.key, one]));
    const pick = (swim, isPicked) => {
      this.left[isPicked ? "delete" : "add"](swim.key);
      this.draw();
    };
    const rows = swims.map((swim) => {
      const row = swimRow(facts.get(swim.key) ?? { swim, gap: null, clashes: [] }, { several, isPicked: !this.left.has(swim.key), pick });
      row.id = placeOf(swim);
      row.tabIndex = -1;
      return row;
    });
    const id = `session-${session.number}`;
    const drawn = picture(picked, session);
    if (drawn) this.pictures.push(drawn);
    const date = session.date && day(session.date);
    const title = [date, date && session.name && " · ", session.name && bdi(session.name)].filter(Boolean);
    return el(
      "section",
      { class: "card session", "aria-labelledby": id },
      el("h3", { id, tabindex: "-1" }, el("a", { href: `#${id}` }, title.length ? title : t("session", { number: session.number }))),
      el("div", { class: several ? "beside turned" : "beside" }, several && drawn?.node, el("ol", { class: "swims" }, rows), !several && drawn?.node),
    );
  }
}

const FOCUSABLE = "a, button, input, select, summary, [tabindex]";

/** What gives the focus back to its place after `node` is drawn anew: the same one of what the nearest element with an id has. */
function focusIn(node) {
  const focused = document.activeElement;
  if (!node.contains(focused)) return () => {};
  const { id } = focused.closest("[id]");
  const place = [...document.getElementById(id).querySelectorAll(FOCUSABLE)].indexOf(focused);
  return () => {
    const home = document.getElementById(id);
    (place < 0 ? home : home?.querySelectorAll(FOCUSABLE)[place])?.focus({ preventScroll: true });
  };
}
