import { serverNow } from "./api.js";
import { bdi, el } from "./dom.js";
import { isOver, progress } from "./fold.js";
import { t } from "./texts.js";

const SIGNS = { completed: "✓", failed: "!", cancelled: "–" };

/** The sheets of one batch and how far each is. Rows stay the same elements, so that nobody loses the focus. */
export class Progress {
  constructor(retry) {
    this.retry = retry;
    this.rows = new Map();
    this.node = el("ul", { class: "sheets" });
  }

  /** `isOld`: nothing can be asked of it now. */
  draw(batch, isOld = false) {
    this.batch = batch;
    this.isOld = isOld;
    for (const job of batch.jobs) {
      if (!this.rows.has(job.id)) this.rows.set(job.id, this.row(job));
      this.rows.get(job.id)(job);
    }
  }

  /** Once a second: what waits counts down. */
  tick() {
    if (this.batch?.jobs.some(({ retry }) => retry)) this.draw(this.batch, this.isOld);
  }

  row(job) {
    const sign = el("span", { class: "sign", "aria-hidden": "true" });
    const said = el("span", { class: "said" });
    const detail = el("small", { lang: "en" });
    const bar = el("progress", { max: 1, "aria-hidden": "true" });
    const again = this.retry && el("button", { type: "button", hidden: true, "aria-label": t("retry_one", { name: shortName(job) }), onclick: () => {
      item.focus(); // the button goes
      this.retry(job);
    } }, t("retry"));
    const item = el("li", { tabindex: "-1" }, sign, el("span", { class: "what" }, bdi(shortName(job)), said, detail), again, bar);
    this.node.append(item);
    return (now) => {
      item.dataset.status = now.retry && !isOver(now.status) ? "waiting" : now.status;
      sign.textContent = SIGNS[now.status] ?? "";
      tell(said, words(now));
      tell(detail, now.status === "failed" ? now.error ?? "" : "");
      bar.value = progress(now);
      bar.hidden = isOver(now.status);
      if (again) again.hidden = this.isOld || now.status !== "failed" || this.batch.status === "cancelled";
    };
  }
}

function tell(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function words(job) {
  if (job.status === "failed") return t(`error_${job.code ?? "UNKNOWN"}`);
  if (job.status === "completed") return t(job.cached ? "done_cached" : "done");
  if (job.status === "cancelled") return t("cancelled");
  if (job.retry) {
    const seconds = Math.max(0, Math.ceil((job.retry.until - serverNow()) / 1000));
    return t("waits", { why: t(`error_${job.retry.code}`), seconds });
  }
  return t(`stage_${job.stage ?? "queued"}`);
}

/** A link by its last part: whole ones are long, and all alike. */
export function shortName({ name }) {
  if (!/^https?:/.test(name)) return name;
  try {
    return decodeURIComponent(new URL(name).pathname.split("/").pop()) || name;
  } catch {
    return name;
  }
}
