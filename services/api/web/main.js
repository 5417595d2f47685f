import { announce, el, replace } from "./dom.js";
import { showStart } from "./start.js";
import { choose, LANGUAGES, language, speak, t } from "./texts.js";

/** What stops a view's timers and streams when another takes its place, and which one is there. */
let leave = () => {};
let shown;

/** The view of an address. Only the way in is loaded at first; the others come when they are wanted. */
async function show() {
  leave();
  leave = () => {};
  shown = location.pathname;
  const main = document.getElementById("main");
  const [, kind, rest] = location.pathname.split("/");
  try {
    if (kind === "b") {
      const { showBatches } = await import("./batch.js");
      leave = showBatches(main, decodeURIComponent(rest).split(","), go);
    } else if (kind === "result") {
      const { showShared } = await import("./shared.js");
      leave = showShared(main, rest);
    } else {
      leave = showStart(main, go);
    }
  } catch {
    // A module did not come over a poor line; the address of the view is there already, so loading it anew is enough.
    replace(main, el("h1", { tabindex: "-1" }, t("unloaded")), el("button", { type: "button", onclick: () => location.reload() }, t("load_again")));
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
      await show();
      offerLanguages();
      document.querySelector("#languages select").focus();
    } },
    ...Object.entries(LANGUAGES).map(([code, name]) =>
      el("option", { value: code, lang: code, selected: code === language() }, name)),
  );
  replace(document.getElementById("languages"), pick);
  document.querySelector(".skip").textContent = t("skip");
}

addEventListener("popstate", () => {
  if (location.pathname !== shown) show(); // else it is a link to a session of this view
});
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
// The next view, while there is a line: after the sheets have gone out nobody should wait for code.
if (shown === "/") Promise.all([import("./batch.js"), import("./found.js")]).catch(() => {});
// Where a browser allows it, so that the page opens without a network the next time.
navigator.serviceWorker?.register("/offline.js", { updateViaCache: "none" }).then((kept) => kept.active && kept.update()).catch(() => {});
