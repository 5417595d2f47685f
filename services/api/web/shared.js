import { ask } from "./api.js";
import { bdi, el, replace } from "./dom.js";
import { Results } from "./results.js";
import { why } from "./said.js";
import { forgetGone, keepSeen, seen, WEEK_MS } from "./seen.js";
import { since, t } from "./texts.js";

const AGAIN_MS = 5000;
/** How long the server may take before what was seen last is shown. */
const PATIENCE_MS = 1500;

/** What a share link shows: one sheet's swims, and nothing of the batch that it came from. */
export function showShared(main, code) {
  const path = `/result/${encodeURIComponent(code)}`;
  const title = el("h1", { tabindex: "-1" }, "…");
  const line = el("p", { class: "lead", role: "status" });
  const results = new Results();
  replace(main, el("div", { class: "batch" }, title, line, results.node));
  let timer;
  const patience = setTimeout(showKept, PATIENCE_MS);
  load();

  async function load() {
    clearTimeout(timer);
    try {
      const view = await ask(path);
      keepSeen(path, { who: view.swimmer_name, meet: view.meet_name, until: Date.now() + WEEK_MS, view });
      show(view, "");
    } catch (wrong) {
      forgetGone(wrong, path);
      if (wrong.passing) timer = setTimeout(load, AGAIN_MS);
      if (wrong.passing && showKept()) return;
      results.drop(code);
      title.textContent = t("nothing_here");
      replace(line, why(wrong));
    }
  }

  function showKept() {
    const kept = seen(path);
    if (kept) show(kept.view, t("as_of", { time: since(kept.at) }));
    return kept;
  }

  function show(view, said) {
    clearTimeout(patience);
    replace(title, bdi(view.swimmer_name));
    document.title = `${view.swimmer_name} – Heatstream`;
    line.textContent = said;
    results.show(code, { batch_id: null, swimmer_name: view.swimmer_name, results: [view] });
  }

  addEventListener("online", load);
  return () => {
    removeEventListener("online", load);
    clearTimeout(timer);
    clearTimeout(patience);
    results.leave();
  };
}
