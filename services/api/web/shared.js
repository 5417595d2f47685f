import { ask } from "./api.js";
import { bdi, el, replace } from "./dom.js";
import { Results } from "./results.js";
import { t } from "./texts.js";

/** What a share link shows: one sheet's swims, and nothing of the batch that it came from. */
export function showShared(main, code) {
  const title = el("h1", { tabindex: "-1" }, "…");
  const line = el("p", { class: "lead", role: "status" });
  const results = new Results();
  replace(main, el("div", { class: "batch" }, title, line, results.node));
  ask(`/result/${encodeURIComponent(code)}`).then(
    (view) => {
      replace(title, bdi(view.swimmer_name));
      document.title = `${view.swimmer_name} – Heatstream`;
      results.show(code, { batch_id: null, swimmer_name: view.swimmer_name, results: [view] });
    },
    (wrong) => {
      title.textContent = t("nothing_here");
      line.textContent = wrong.slug ? wrong.message : t("unreached");
    },
  );
  return () => results.leave();
}
