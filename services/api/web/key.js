import { forget, keep, recall } from "./kept.js";

/** Whether this gateway asks for a key of those who read, too; else only of those who hand in or change something. */
export const readsNeedKey = document.documentElement.dataset.keys === "all";

/** A person gives it once, and this browser keeps it. */
let key = recall("key");
let asking;

export const shown = () => (key ? { Authorization: `Bearer ${key}` } : {});

/** What `attempt` gives with these headers. Refused for want of a key, a person is asked for one, and it goes again. */
export async function keyed(attempt) {
  for (;;) {
    const used = key;
    try {
      return await attempt(shown());
    } catch (wrong) {
      if (!/^key-(missing|unknown|scope)$/.test(wrong.slug) || (key === used && !(await asked(wrong.slug)))) throw wrong;
    }
  }
}

/** Whether there is a key now; whoever wants one meanwhile waits for the same answer. */
function asked(slug) {
  if (slug === "key-unknown") {
    key = null;
    forget("key");
  }
  asking ??= import("./key_prompt.js").then(({ promptForKey }) => promptForKey(slug !== "key-missing")).then((given) => {
    if (given) keep("key", (key = given));
    return Boolean(given);
  }).finally(() => {
    asking = null;
  });
  return asking;
}
