import { el } from "./dom.js";
import { t } from "./texts.js";

/** Ask a person for a key; nothing where they have none. `isOther`: the one that was tried is not taken. */
export function promptForKey(isOther) {
  return new Promise((resolve) => {
    const input = el("input", { type: "password", id: "key", required: "", autocomplete: "off", spellcheck: "false", maxlength: 255, "aria-describedby": "key-why" });
    const dialog = el(
      "dialog",
      { class: "card key", "aria-labelledby": "key-title", onclose: () => {
        dialog.remove();
        resolve(dialog.returnValue === "use" ? input.value.trim() : "");
      } },
      el(
        "form",
        { method: "dialog" },
        el("h2", { id: "key-title" }, t("key_title")),
        el("p", { id: "key-why", role: isOther ? "alert" : null }, t(isOther ? "key_other" : "key_why")),
        el("label", { for: "key" }, t("key")),
        input,
        el("div", { class: "row" }, el("button", { value: "use" }, t("key_use")), el("button", { type: "button", class: "quiet", onclick: () => dialog.close() }, t("key_none"))),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}
