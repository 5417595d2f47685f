import { keep as keepFor, recall } from "./kept.js";

export const LANGUAGES = { de: "Deutsch", en: "English", es: "Español" };
const MOST_TRIES = 5;
/** What a text could end its isolate with, or turn it by. */
const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
let texts = {};
let spoken = "en";

export const language = () => spoken;

/** The language that was picked here before, else the one that the server took from the browser's wishes. */
export function choose() {
  const kept = recall("language");
  return kept in LANGUAGES ? kept : document.documentElement.lang;
}

export async function speak(code, { keep = false } = {}) {
  texts = await table(code);
  spoken = code;
  document.documentElement.lang = code;
  if (keep) keepFor("language", code);
}

/** A page without words is none: they are asked for again where the line breaks. */
async function table(code) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await (await fetch(new URL(`./texts/${code}.json`, import.meta.url))).json();
    } catch (broken) {
      if (tries === MOST_TRIES) throw broken;
      await new Promise((resolve) => setTimeout(resolve, tries * 1000));
    }
  }
}

export const has = (key) => key in texts;

/** The text of a key; `{name}` takes a value, and one that counts has a form for one and for others. */
export function t(key, values = {}) {
  const found = texts[key];
  const text = typeof found === "string" ? found : found[new Intl.PluralRules(spoken).select(values.count)] ?? found.other;
  return text.replace(/\{(\w+)\}/g, (_, name) => isolated(values[name]));
}

/** A text of somebody else between isolates, so that it cannot turn the sentence around it. */
export function isolated(value) {
  return typeof value === "string" ? `\u2068${value.replace(TURNS, "")}\u2069` : String(value ?? "");
}

/** As the reader's own region writes it: half of the English-speaking world has no 14:30. */
function region() {
  return navigator.languages.find((tag) => tag.split("-")[0].toLowerCase() === spoken) ?? spoken;
}

/** `HH:MM` of a pool's wall clock. */
export function clock(time) {
  const shape = { hour: "numeric", minute: "2-digit", timeZone: "UTC" };
  return new Intl.DateTimeFormat(region(), shape).format(new Date(`1970-01-01T${time}:00Z`));
}

/** An ISO date as a day of the week and of the year. */
export function day(date) {
  const shape = { weekday: "long", month: "long", day: "numeric", timeZone: "UTC" };
  return new Intl.DateTimeFormat(region(), shape).format(new Date(`${date}T00:00:00Z`));
}

/** A moment, with seconds, on this device's clock. */
export function moment(stamp) {
  return new Intl.DateTimeFormat(region(), { timeStyle: "medium" }).format(new Date(stamp));
}

/** A moment of today by its time, an earlier one with its day. */
export function since(stamp) {
  const isToday = new Date(stamp).toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(region(), isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" }).format(new Date(stamp));
}

/** Minutes as people say them. */
export function span(minutes) {
  const hours = Math.floor(minutes / 60);
  return hours ? t("span_hours", { hours, minutes: minutes % 60 }) : t("span_minutes", { minutes });
}
