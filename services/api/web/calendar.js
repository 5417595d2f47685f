import { bdi, el } from "./dom.js";
import { keep, recall } from "./kept.js";
import { readsNeedKey } from "./key.js";
import { download } from "./keyed_reads.js";
import { t } from "./texts.js";

/** Minutes before a swim at which a calendar reminds; 0 is never. Whoever says nothing is reminded: a missed swim is worse than a buzz. */
const REMINDERS = [0, 5, 10, 15];
const USUAL = 10;
const reminder = () => (REMINDERS.includes(recall("reminder")) ? recall("reminder") : USUAL);

/** Where the calendar of a batch is, or of the one sheet of a share link, with what was picked here. */
function address(batch, swims) {
  const path = batch.batch_id ? `/api/batches/${batch.batch_id}/calendar.ics` : `/result/${batch.results[0].result_code}.ics`;
  const without = swims.filter(({ isLeft }) => isLeft).map(({ id }) => id);
  const asked = [reminder() && `alarm=${reminder()}`, without.length && `without=${without.join(",")}`].filter(Boolean);
  return path + (asked.length ? `?${asked.join("&")}` : "");
}

/** For each batch its calendar, to have once or to subscribe to, and when to remind. `swims` say by `isLeft` what is not wanted. */
export function calendars(batches, swims) {
  const places = batches.map((batch) => ({ batch, own: swims.filter((swim) => swim.batch === batch.batch_id) })).filter(({ own }) => own.length);
  const links = places.map(({ batch, own }) => {
    const named = (text) => [text, places.length > 1 && [" ", bdi(batch.swimmer_name)]].flat();
    const once = el("a", { class: "button first", download: "", onclick: download }, named(t("calendar")));
    const always = el("a", { class: "button" }, named(t("subscribe")));
    const lead = () => {
      once.href = address(batch, own);
      always.href = `webcal://${location.host}${once.getAttribute("href")}`;
    };
    lead();
    return { once, always, lead };
  });
  const pick = el("select", { onchange: () => {
    keep("reminder", Number(pick.value));
    links.forEach(({ lead }) => lead());
  } }, REMINDERS.map((minutes) => el("option", { value: minutes, selected: minutes === reminder() }, minutes ? t("reminder_before", { minutes }) : t("reminder_none"))));
  const undated = swims.filter((swim) => !swim.isLeft && !swim.google_calendar_url && swim.kind !== "scratched").length;
  const isOpen = !readsNeedKey || !batches[0].batch_id; // a calendar program shows no key
  return el(
    "div",
    { class: "calendars deeds" },
    el("div", { class: "row deeds" }, links.flatMap(({ once, always }) => [once, isOpen && always]), el("label", { class: "row reminder" }, t("reminder"), pick)),
    isOpen && el("p", { class: "hint" }, t("subscribe_hint")),
    undated > 0 && el("p", { class: "hint" }, t("undated", { count: undated })),
  );
}

/** A link that offers one swim to a Google calendar; none where its day is not known. */
export function googleLink(swim, name) {
  if (!swim.google_calendar_url) return null;
  const named = { target: "_blank", rel: "noopener noreferrer", "aria-label": t("google_add", { name }) };
  return el("a", { class: "google", href: swim.google_calendar_url, ...named }, t("google"));
}
