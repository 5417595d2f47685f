import { forget, keep, recall, whatIsKept } from "./kept.js";

/**
 * What this device looked at, by the path of its view, for when there is no network: a batch's state and results, a share
 * link's swims. It goes when its time is over, or as soon as the server says that it is gone.
 */
const PREFIX = "seen.";
const MOST = 20;
/** How long a share link's swims stay: the link does not tell when it ends, and a meet is over by then. */
export const WEEK_MS = 7 * 24 * 3600_000;
/** What the server says of what was there and is erased, or never was. */
const GONE = new Set(["gone", "not-found"]);

/** Keep this: `{ who, meet, until, … }`, `until` in milliseconds of this device's clock. */
export function keepSeen(path, what) {
  keep(PREFIX + path, { ...what, path, at: Date.now() });
  allSeen().slice(MOST).forEach((one) => forgetSeen(one.path));
}

/** What was kept with its moment `at`; null where there is nothing, or its time is over. */
export function seen(path) {
  const kept = recall(PREFIX + path);
  if (kept && kept.until > Date.now()) return kept;
  forgetSeen(path);
  return null;
}

export const forgetSeen = (path) => forget(PREFIX + path);

/** All that is kept, the latest first. */
export function allSeen() {
  const paths = whatIsKept().filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length));
  return paths.map(seen).filter(Boolean).sort((one, other) => other.at - one.at);
}

/** Where the server's no says that there is nothing any more, nothing stays here either, and no link's copy of it. */
export function forgetGone(wrong, path) {
  if (!GONE.has(wrong.slug)) return false;
  for (const { result_code: code } of recall(PREFIX + path)?.results?.results ?? []) forgetSeen(`/result/${code}`);
  forgetSeen(path);
  return true;
}
