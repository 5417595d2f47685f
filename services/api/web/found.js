import { bdi, el } from "./dom.js";
import { size } from "./queue.js";
import { t } from "./texts.js";

const LIKELY = new Set(["heat_sheet", "psych_sheet", "session_report", "timeline"]);

/** What a meet's page links to, to pick from: likely heat sheets are picked already. */
export function offers(discovered, take, close) {
  const warnings = discovered.warnings.map((warning) => el("p", { class: "hint" }, t(`found_${warning.code}`)));
  if (!discovered.pdfs.length) return warnings;
  const anyLikely = discovered.pdfs.some((pdf) => LIKELY.has(pdf.kind));
  const boxes = discovered.pdfs.map((pdf) => {
    const picked = anyLikely ? LIKELY.has(pdf.kind) : pdf.kind === "unknown";
    return { pdf, box: el("input", { type: "checkbox", checked: picked }) };
  });
  const items = boxes.map(({ pdf, box }) => {
    const facts = [t(`kind_${pdf.kind}`), pdf.size_bytes !== null && size(pdf.size_bytes)].filter(Boolean).join(" · ");
    return el("li", {}, el("label", {}, box, el("span", {}, bdi(pdf.name), el("small", {}, facts))));
  });
  const add = el("button", { type: "button", onclick: () => {
    take(boxes.filter(({ box }) => box.checked).map(({ pdf }) => ({ url: pdf.url, name: pdf.name })));
    close();
  } }, t("found_add"));
  const title = el("legend", {}, t("found", { count: discovered.pdfs.length }), " ", bdi(discovered.title));
  return [el("fieldset", { class: "found" }, title, el("ul", {}, ...items), ...warnings, add)];
}
