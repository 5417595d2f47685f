/** What this browser keeps for us, where it may: some people forbid it, and the page works all the same. */
const PREFIX = "heatstream.";

function tried(act) {
  try {
    return act();
  } catch {
    return null;
  }
}

export const recall = (name) => tried(() => JSON.parse(localStorage.getItem(PREFIX + name)));
export const keep = (name, value) => tried(() => localStorage.setItem(PREFIX + name, JSON.stringify(value)));
export const forget = (name) => tried(() => localStorage.removeItem(PREFIX + name));
/** The names under which there is something. */
export const whatIsKept = () =>
  tried(() => Object.keys(localStorage).filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length))) ?? [];
