import { bdi, el, replace } from "./dom.js";
import { allSeen, forgetSeen } from "./seen.js";
import { since, t } from "./texts.js";

/** Ways back to what this device looked at, which open without a network too; nothing where there is none. */
export function lately(go) {
  const node = el("div", {});
  draw();
  return node;

  function draw() {
    const kept = allSeen();
    if (!kept.length) return replace(node);
    const items = kept.map(({ path, who, meet, at }) =>
      el("li", {}, el("a", { href: path, onclick: (event) => {
        if (event.metaKey || event.ctrlKey) return;
        event.preventDefault();
        go(path);
      } }, bdi(who), meet && [" – ", bdi(meet)]), el("small", {}, since(at))));
    const drop = el("button", { type: "button", class: "quiet wide", onclick: () => {
      kept.forEach(({ path }) => forgetSeen(path));
      draw();
      document.querySelector("h1").focus();
    } }, t("lately_forget"));
    replace(node, el("section", { class: "card lately", "aria-labelledby": "lately" }, el("h2", { id: "lately" }, t("lately")), el("ul", {}, items), drop));
  }
}
