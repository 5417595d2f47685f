import { ask } from "./api.js";
import { announce, bdi, el, replace } from "./dom.js";
import { whatIsKept } from "./kept.js";
import { Queue } from "./queue.js";
import { why } from "./said.js";
import { Sending } from "./sending.js";
import { t } from "./texts.js";

const { mostPdfs, mostMb, mostSwimmers } = document.documentElement.dataset;
/** It outlives the view: who goes back from a batch, to ask for another name, has the files still. */
export const asked = { swimmers: [""], queue: new Queue(Number(mostPdfs), Number(mostMb) * 1e6) };

/** The way in: who swims, which sheets, go. */
export function showStart(main, go) {
  document.title = "Heatstream";
  const names = el("div", { class: "names" });
  const list = el("ol", { class: "queue" });
  const found = el("div");
  const trouble = el("p", { class: "trouble", role: "alert", hidden: true });
  const complain = (said) => {
    replace(trouble, said);
    trouble.hidden = !said.length;
  };
  const drawQueue = () => asked.queue.draw(list, complain);
  const take = (entries) => {
    complain(asked.queue.add(entries));
    drawQueue();
    announce(t("queue_has", { count: asked.queue.entries.length }));
  };
  const sending = new Sending(go, complain);
  const zone = fileField(take);
  const links = linkField(take, found);
  const dropping = takeDropped(zone, take);

  const form = el(
    "form",
    { class: "start", novalidate: "", onsubmit: async (event) => {
      event.preventDefault();
      complain("");
      asked.swimmers = [...names.querySelectorAll("input")].map((input) => input.value.trim());
      if (await links.settle()) sending.start(asked);
    } },
    el("h1", { tabindex: "-1" }, t("title")),
    el("p", { class: "lead" }, t("lead")),
    el("fieldset", { class: "card" }, el("legend", {}, t("who")), names),
    el(
      "fieldset",
      { class: "card" },
      el("legend", {}, t("sheets")),
      zone,
      links.node,
      found,
      list,
    ),
    trouble,
    sending.button,
    sending.status,
  );
  drawNames(names);
  drawQueue();
  replace(main, form, waysBack(go));
  return () => {
    sending.stop();
    dropping.abort();
  };
}

/** What this device looked at; the code for it comes where there is something. */
function waysBack(go) {
  const place = el("div", {});
  if (whatIsKept().some((name) => name.startsWith("seen."))) {
    import("./lately.js").then(({ lately }) => place.append(lately(go)), () => {}); // the view is whole without
  }
  return place;
}

function drawNames(names) {
  const values = asked.swimmers;
  const rows = values.map((value, place) => {
    const label = values.length > 1 ? t("name_number", { number: place + 1 }) : t("name");
    const input = el("input", {
      type: "text", name: "swimmer", value, maxlength: 255, autocomplete: "off", autocapitalize: "words", spellcheck: "false",
      dir: "auto", "aria-label": label, placeholder: t("name_example"), oninput: () => { values[place] = input.value; },
    });
    const drop = el("button", { type: "button", class: "quiet", "aria-label": t("name_drop", { name: value || label }), onclick: () => {
      asked.swimmers.splice(place, 1);
      drawNames(names);
      names.querySelector("input").focus();
    } }, "✕");
    return el("div", { class: "row" }, input, values.length > 1 && drop);
  });
  const more = el("button", { type: "button", class: "link", onclick: () => {
    asked.swimmers.push("");
    drawNames(names);
    [...names.querySelectorAll("input")].pop().focus();
  } }, t("name_more"));
  replace(names, ...rows, values.length < Number(mostSwimmers) && more);
}

/** Files: chosen with a touch or with keys. */
function fileField(take) {
  const input = el("input", { type: "file", id: "pdfs", accept: "application/pdf,.pdf", multiple: true, onchange: () => {
    take([...input.files].map((file) => ({ file })));
    input.value = "";
  } });
  return el("label", { class: "drop", for: "pdfs" }, input, el("strong", {}, t("choose")), el("span", {}, t("choose_hint", { count: Number(mostPdfs) })));
}

/** Files and links that are dropped, anywhere on the page: beside the field a browser would open them and leave. */
function takeDropped(zone, take) {
  const stopping = new AbortController();
  const on = (name, act) => addEventListener(name, (event) => {
    const { types } = event.dataTransfer;
    if (!types.includes("Files") && !(types.includes("text/uri-list") && !event.target.closest("input, textarea"))) return;
    event.preventDefault();
    act(event);
  }, { signal: stopping.signal });
  on("dragover", () => zone.classList.add("over"));
  on("dragleave", ({ relatedTarget }) => relatedTarget || zone.classList.remove("over"));
  on("drop", ({ dataTransfer }) => {
    zone.classList.remove("over");
    const links = dataTransfer.getData("text/uri-list").split(/\s+/).filter(isPdf);
    take(dataTransfer.files.length ? [...dataTransfer.files].map((file) => ({ file })) : links.map((url) => ({ url })));
  });
  return stopping;
}

/**
 * Links: those of PDFs are taken as they are, any other is a page that may have some. What could not be looked up stays in
 * the box. `settle` looks up what was pasted and not added; whether that left nothing to choose or to mend.
 */
function linkField(take, found) {
  const box = el("textarea", { id: "links", rows: 1, dir: "ltr", autocapitalize: "none", spellcheck: "false", placeholder: "https://", "aria-describedby": "links-hint" });
  const add = el("button", { type: "button", onclick: () => (box.value.trim() ? look() : box.focus()) }, t("links_add"));
  async function look() {
    const links = box.value.split(/\s+/).filter(Boolean).map((link) => (/^https?:\/\//i.test(link) ? link : `https://${link}`));
    const pdfs = links.filter(isPdf);
    if (pdfs.length) take(pdfs.map((url) => ({ url })));
    add.disabled = true;
    const pages = links.filter((link) => !isPdf(link));
    const left = [];
    const places = pages.map((page) => el("div", {}, el("p", { class: "hint" }, t("looking"), " ", bdi(page))));
    replace(found, places);
    for (const [number, page] of pages.entries()) if (!(await lookAt(page, places[number]))) left.push(page);
    box.value = left.join("\n");
    add.disabled = false;
    (found.querySelector("input, .found button") ?? (left.length || pages.length ? box : null))?.focus();
  }

  /** Whether the page answered; what it has is offered in its place. */
  async function lookAt(page, place) {
    try {
      const close = () => {
        replace(place);
        box.focus();
      };
      const discovered = await ask("/api/discover", { method: "POST", body: { url: page } });
      const { offers } = await import("./found.js");
      replace(place, ...offers(discovered, take, close));
    } catch (wrong) {
      if (wrong.slug !== "not-a-page") {
        replace(place, el("p", { class: "trouble", role: "alert" }, bdi(page), ": ", why(wrong)));
        return false;
      }
      take([{ url: page }]);
      replace(place);
    }
    return true;
  }

  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    add.click();
  });
  const node = el("div", { class: "links" }, el("label", { for: "links" }, t("links")), el("div", { class: "row" }, box, add), el("p", { class: "hint", id: "links-hint" }, t("links_hint")));
  const settle = async () => {
    if (!box.value.trim()) return true;
    if (add.disabled) return false; // at it
    await look();
    return !box.value && !found.querySelector(".found");
  };
  return { node, settle };
}

function isPdf(link) {
  try {
    return new URL(link).pathname.toLowerCase().endsWith(".pdf");
  } catch {
    return false;
  }
}
