import { ask } from "./api.js";
import { announce, bdi, el, replace } from "./dom.js";
import { offers } from "./found.js";
import { lately } from "./lately.js";
import { Queue } from "./queue.js";
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
  const complain = (text) => {
    trouble.textContent = text;
    trouble.hidden = !text;
  };
  const drawQueue = () => asked.queue.draw(list, complain);
  const take = (entries) => {
    complain(asked.queue.add(entries));
    drawQueue();
    announce(t("queue_has", { count: asked.queue.entries.length }));
  };
  const sending = new Sending(go, complain);

  const form = el(
    "form",
    { class: "start", novalidate: "", onsubmit: (event) => {
      event.preventDefault();
      complain("");
      asked.swimmers = [...names.querySelectorAll("input")].map((input) => input.value.trim());
      sending.start(asked);
    } },
    el("h1", { tabindex: "-1" }, t("title")),
    el("p", { class: "lead" }, t("lead")),
    el("fieldset", { class: "card" }, el("legend", {}, t("who")), names),
    el(
      "fieldset",
      { class: "card" },
      el("legend", {}, t("sheets")),
      fileField(take),
      linkField(take, found),
      found,
      list,
    ),
    trouble,
    sending.button,
    sending.status,
  );
  drawNames(names);
  drawQueue();
  replace(main, form, lately(go));
  return () => sending.stop();
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

/** Files: chosen with a touch, or dropped anywhere onto the field. */
function fileField(take) {
  const input = el("input", { type: "file", id: "pdfs", accept: "application/pdf,.pdf", multiple: true, onchange: () => {
    take([...input.files].map((file) => ({ file })));
    input.value = "";
  } });
  const zone = el("label", { class: "drop", for: "pdfs" }, input, el("strong", {}, t("choose")), el("span", {}, t("choose_hint", { count: Number(mostPdfs) })));
  const over = (is) => (event) => {
    event.preventDefault();
    zone.classList.toggle("over", is);
  };
  zone.addEventListener("dragover", over(true));
  zone.addEventListener("dragleave", over(false));
  zone.addEventListener("drop", (event) => {
    over(false)(event);
    take([...event.dataTransfer.files].map((file) => ({ file })));
  });
  return zone;
}

/** Links: those of PDFs are taken as they are, any other is a page that may have some. */
function linkField(take, found) {
  const box = el("textarea", { id: "links", rows: 1, dir: "ltr", autocapitalize: "none", spellcheck: "false", placeholder: "https://", "aria-describedby": "links-hint" });
  const add = el("button", { type: "button", onclick: () => look() }, t("links_add"));
  async function look() {
    const links = box.value.split(/\s+/).filter(Boolean).map((link) => (/^https?:\/\//i.test(link) ? link : `https://${link}`));
    if (!links.length) return box.focus();
    const pdfs = links.filter(isPdf);
    if (pdfs.length) take(pdfs.map((url) => ({ url })));
    add.disabled = true;
    for (const page of links.filter((link) => !isPdf(link))) {
      replace(found, el("p", { class: "hint" }, t("looking"), " ", bdi(page)));
      try {
        replace(found, ...offers(await ask("/api/discover", { method: "POST", body: { url: page } }), take, () => replace(found)));
        found.querySelector("input, button")?.focus();
      } catch (wrong) {
        if (wrong.slug === "not-a-page") {
          take([{ url: page }]);
          replace(found);
        } else {
          replace(found, el("p", { class: "trouble", role: "alert" }, wrong.passing && !wrong.slug ? t("unreached") : wrong.message));
        }
      }
    }
    box.value = "";
    add.disabled = false;
  }
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    look();
  });
  return el("div", { class: "links" }, el("label", { for: "links" }, t("links")), el("div", { class: "row" }, box, add), el("p", { class: "hint", id: "links-hint" }, t("links_hint")));
}

function isPdf(link) {
  try {
    return new URL(link).pathname.toLowerCase().endsWith(".pdf");
  } catch {
    return false;
  }
}
