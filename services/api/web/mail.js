import { el, replace } from "./dom.js";
import { why } from "./said.js";
import { t } from "./texts.js";

const offered = document.documentElement.dataset.mails === "yes";
const AFTER_MS = 15_000;

/**
 * Offers a mail when it is over: after a while, or with the first finished sheet of several; where the server sends
 * none it never does. `ask(email)` asks every batch of the view.
 */
export class MailOffer {
  node = el("div");

  constructor(ask) {
    this.ask = ask;
    if (offered) this.timer = setTimeout(() => this.show(), AFTER_MS);
  }

  /** The states of the view's batches have changed; once all are over there is nothing to wait for. */
  follow(isAnyDone, isAllOver) {
    if (isAllOver) this.end();
    else if (offered && isAnyDone) this.show();
  }

  show() {
    if (this.isShown) return;
    this.isShown = true;
    const input = el("input", { type: "email", id: "email", required: "", autocomplete: "email", maxlength: 255, placeholder: "name@example.org" });
    const trouble = el("p", { class: "trouble", role: "alert" });
    const form = el("form", { class: "card mail", onsubmit: async (event) => {
      event.preventDefault();
      try {
        await this.ask(input.value.trim());
        const comes = el("p", { class: "card", tabindex: "-1" }, t("mail_comes"));
        replace(this.node, comes);
        comes.focus();
      } catch (wrong) {
        replace(trouble, why(wrong));
      }
    } }, el("label", { for: "email" }, t("mail_offer")), el("div", { class: "row" }, input, el("button", {}, t("mail_me"))), trouble);
    replace(this.node, form);
  }

  end() {
    clearTimeout(this.timer);
    this.isShown = true;
    if (this.node.querySelector("form")) replace(this.node);
  }
}
