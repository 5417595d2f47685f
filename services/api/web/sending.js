import { send } from "./api.js";
import { announce, el } from "./dom.js";
import { forget, keep, recall } from "./kept.js";
import { why } from "./said.js";
import { t } from "./texts.js";

const PAUSES = [2, 4, 8, 15, 30];

/**
 * Hands the sheets in, and again until there is an answer. The key stays in the browser until then: whoever presses
 * the button again after a lost network, or after a reload, with the same sheets, makes no second batch.
 */
export class Sending {
  constructor(go, complain) {
    this.go = go;
    this.complain = complain;
    this.button = el("button", { type: "submit", class: "go" }, t("go"));
    this.status = el("p", { class: "hint", role: "status" });
    this.stopping = new AbortController();
  }

  stop() {
    this.stopping.abort();
  }

  async start({ swimmers, queue }) {
    const names = swimmers.filter(Boolean);
    if (!names.length) return this.refuse(t("need_name"), "input[name=swimmer]");
    if (!queue.entries.length) return this.refuse(t("need_sheets"), "#pdfs");
    const form = new FormData();
    for (const name of names) form.append("swimmer", name);
    // One field a sheet, in the order of the queue: the server takes files and links as they come.
    for (const { file, url } of queue.entries) form.append(file ? "pdfs" : "urls", file ?? url);
    this.button.disabled = true;
    try {
      const taken = await this.persist(form, keyOf(names, queue.entries));
      forget("sending");
      await this.go(`/b/${taken.batches.map((batch) => batch.batch_id).join(",")}`);
    } catch (wrong) {
      if (!this.stopping.signal.aborted) this.refuse(why(wrong));
    } finally {
      this.button.disabled = false;
      this.status.textContent = "";
    }
  }

  refuse(said, field) {
    this.complain(said);
    if (field) document.querySelector(field)?.focus();
  }

  /** Send until it is taken or refused; between tries wait for the network, or a little. */
  async persist(form, key) {
    for (let tries = 0; ; tries += 1) {
      try {
        return await send("/api/batches", form, key, (part) => {
          this.status.textContent = t("sent", { percent: Math.round(part * 100) });
        }, this.stopping.signal);
      } catch (wrong) {
        if (!wrong.passing || this.stopping.signal.aborted) throw wrong;
        const seconds = Math.max(wrong.waitSeconds ?? 0, PAUSES[Math.min(tries, PAUSES.length - 1)]);
        const said = wrong.crowded ? t("crowded", { seconds }) : t("again");
        this.status.textContent = said;
        announce(said);
        await networkOr(seconds, this.stopping.signal);
      }
    }
  }
}

/** The key of this request: the one that was kept if it was the same, else a new one that is kept from now. */
function keyOf(names, entries) {
  const what = JSON.stringify([names, entries.map(({ file, url }) => url ?? [file.name, file.size, file.lastModified])]);
  const kept = recall("sending");
  if (kept?.what === what) return kept.key;
  const key = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  keep("sending", { what, key });
  return key;
}

function networkOr(seconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, navigator.onLine ? seconds * 1000 : 3600_000);
    addEventListener("online", done);
    signal.addEventListener("abort", done);
    function done() {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    }
  });
}
