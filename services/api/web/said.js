import { bdi, el } from "./dom.js";
import { has, t } from "./texts.js";

/** Refusals whose sentence knows more than their slug: which file, how large, for how long. */
const KNOW_MORE = new Set([
  "bad-url", "body-too-large", "link-blocked", "name-too-long", "not-a-pdf", "page-not-found", "page-too-large", "pdf-too-large",
  "site-unreachable", "too-many-files", "too-many-requests", "too-many-swimmers",
]);

/** In the reader's language by its code, with the server's own sentence after it, which is English; alone where there is no text. */
export function worded(key, sentence) {
  const own = sentence && el("small", { lang: "en" }, bdi(sentence));
  return has(key) ? [t(key), " ", own] : [own];
}

/** Why an API call came to nothing. */
export function why(wrong) {
  if (!wrong.slug) return [t("unreached")];
  return worded(`problem_${wrong.slug}`, has(`problem_${wrong.slug}`) && !KNOW_MORE.has(wrong.slug) ? null : wrong.message);
}
