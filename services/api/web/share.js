import { announce, bdi, el } from "./dom.js";
import { t } from "./texts.js";

/** A button that hands on the link of one sheet's swims: the phone's own way where it has one, else as a copy. */
export function share(code, who) {
  const path = `/result/${code}`;
  const link = new URL(path, location.href).href;
  const button = el("button", { type: "button", class: "quiet wide", onclick: async () => {
    try {
      if (navigator.share) await navigator.share({ url: link });
      else {
        await navigator.clipboard.writeText(link);
        button.textContent = t("copied");
        announce(t("copied"));
      }
    } catch (wrong) {
      // Without a secure address there is neither; the page itself has an address that can be copied.
      if (wrong.name !== "AbortError") location.assign(path);
    }
  } }, t("share"), who && [" ", bdi(who)]);
  return button;
}
