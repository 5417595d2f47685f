import { announce, el, replace } from "./dom.js";
import { showStart } from "./start.js";
import { choose, LANGUAGES, language, speak, t } from "./texts.js";

/** What stops a view's timers and streams when another takes its place. */
let leave = () => {};

/** The view of an address. Only the way in is loaded at first; the others come when they are wanted. */
async function show() {
  leave();
  leave = () => {};
  const main = document.getElementById("main");
  const [, kind, rest] = location.pathname.split("/");
  if (kind === "b") {
    const { showBatches } = await import("./batch.js");
    leave = showBatches(main, decodeURIComponent(rest).split(","), go);
  } else if (kind === "result") {
    const { showShared } = await import("./shared.js");
    leave = showShared(main, rest);
  } else {
    leave = showStart(main, go);
  }
}

/** Go to an address of ours without loading the page anew, so that files that were chosen stay at hand. */
async function go(path) {
  history.pushState(null, "", path);
  await show();
  window.scrollTo(0, 0);
  document.querySelector("h1")?.focus();
}

function offerLanguages() {
  const pick = el(
    "select",
    { "aria-label": t("language"), onchange: async () => {
      await speak(pick.value, { keep: true });
      offerLanguages();
      show();
    } },
    ...Object.entries(LANGUAGES).map(([code, name]) =>
      el("option", { value: code, lang: code, selected: code === language() }, name)),
  );
  replace(document.getElementById("languages"), pick);
  document.querySelector(".skip").textContent = t("skip");
}

addEventListener("popstate", show);
addEventListener("offline", () => announce(t("offline")));
addEventListener("online", () => announce(t("online")));
document.querySelector(".brand").addEventListener("click", (event) => {
  if (event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  go("/");
});

await speak(choose());
offerLanguages();
await show();
document.documentElement.dataset.ready = "yes";
performance.mark("usable");
