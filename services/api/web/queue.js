import { announce, bdi, el, replace } from "./dom.js";
import { language, t } from "./texts.js";

/** The sheets to hand in, in their order: of two that print the same swim the first one counts. */
export class Queue {
  entries = [];

  constructor(most, mostBytes) {
    this.most = most;
    this.mostBytes = mostBytes;
  }

  /** Add files and links; those that are there already are skipped. Why some were left out, or nothing. */
  add(entries) {
    const known = new Set(this.entries.map(key));
    const fresh = entries.filter((entry) => !known.has(key(entry)));
    const fit = fresh.filter(({ file }) => !file || file.size <= this.mostBytes);
    const left = fit.slice(this.most - this.entries.length);
    this.entries.push(...fit.slice(0, this.most - this.entries.length));
    const large = fresh.find((entry) => !fit.includes(entry));
    if (large) return t("too_large", { name: large.file.name, size: size(this.mostBytes) });
    return left.length ? t("too_many", { count: this.most }) : "";
  }

  draw(list) {
    const redraw = (place, button) => {
      this.draw(list);
      const row = list.children[place] ?? list.lastElementChild;
      (row?.querySelector(`[data-does=${button}]:not(:disabled)`) ?? row?.querySelector("button:not(:disabled)"))?.focus();
    };
    const move = (from, to, button) => {
      this.entries.splice(to, 0, ...this.entries.splice(from, 1));
      redraw(to, button);
      announce(t("moved", { name: label(this.entries[to]), place: to + 1, count: this.entries.length }));
    };
    const last = this.entries.length - 1;
    const rows = this.entries.map((entry, place) => {
      const name = label(entry);
      const does = (what, sign, disabled, act) =>
        el("button", { type: "button", class: "quiet", "data-does": what, disabled, "aria-label": t(what, { name }), onclick: act }, sign);
      return el(
        "li",
        {},
        last > 0 && el("span", { class: "grip", "aria-hidden": "true" }, "⠿"),
        el("span", { class: "what" }, bdi(name), el("small", {}, entry.file ? size(entry.file.size) : bdi(new URL(entry.url).host))),
        last > 0 && does("up", "↑", place === 0, () => move(place, place - 1, "up")),
        last > 0 && does("down", "↓", place === last, () => move(place, place + 1, "down")),
        does("drop", "✕", false, () => {
          this.entries.splice(place, 1);
          redraw(place, "drop");
          announce(t("dropped", { name }));
        }),
      );
    });
    replace(list, ...rows);
    draggable(list, (from, to) => move(from, to, "up"));
  }
}

function label({ file, name, url }) {
  return file ? file.name : name ?? decodeURI(new URL(url).pathname.split("/").pop() || url);
}

function key({ file, url }) {
  return file ? `${file.name} ${file.size} ${file.lastModified}` : url;
}

export function size(bytes) {
  const [unit, value] = bytes < 1e6 ? ["kilobyte", Math.ceil(bytes / 1e3)] : ["megabyte", bytes / 1e6];
  return new Intl.NumberFormat(language(), { style: "unit", unit, maximumFractionDigits: 1 }).format(value);
}

/** Let a finger or a mouse move the items of a list by their `.grip`; `moved(from, to)` is called once, at the end. */
function draggable(list, moved) {
  for (const grip of list.querySelectorAll(".grip")) {
    grip.addEventListener("pointerdown", (event) => begin(event, grip, list, moved));
  }
}

function begin(event, grip, list, moved) {
  event.preventDefault();
  const item = grip.closest("li");
  const from = [...list.children].indexOf(item);
  item.classList.add("dragged");
  grip.setPointerCapture(event.pointerId);
  const follow = ({ clientY }) => {
    const over = [...list.children].find((other) => {
      const box = other.getBoundingClientRect();
      return other !== item && clientY > box.top && clientY < box.bottom;
    });
    if (!over) return;
    const goesDown = item.compareDocumentPosition(over) & Node.DOCUMENT_POSITION_FOLLOWING;
    list.insertBefore(item, goesDown ? over.nextSibling : over);
    grip.setPointerCapture(event.pointerId);
  };
  const end = () => {
    item.classList.remove("dragged");
    grip.removeEventListener("pointermove", follow);
    const to = [...list.children].indexOf(item);
    if (to !== from) moved(from, to);
  };
  grip.addEventListener("pointermove", follow);
  grip.addEventListener("pointerup", end, { once: true });
  grip.addEventListener("pointercancel", end, { once: true });
}
