import { ask } from "./api.js";
import { bdi, el, replace } from "./dom.js";
import { beginning, evolve } from "./fold.js";
import { Progress, shortName } from "./progress.js";
import { has, moment, t } from "./texts.js";

const STEP_MS = 350;

/** How a batch came about, from its log: a slider over its events, and the sheets as they were at each. */
export class Replay {
  constructor(id) {
    this.id = id;
    this.progress = new Progress(null);
  }

  /** The whole log, then the element that shows it. */
  async load() {
    this.events = [];
    for (let after = 0; after !== null; ) {
      const page = await ask(`/api/batches/${this.id}/events?after=${after}`);
      this.events.push(...page.events);
      after = page.next_after;
    }
    this.slider = el("input", { type: "range", min: 1, max: this.events.length, value: this.events.length, "aria-label": t("replay_slider"), oninput: () => this.show(Number(this.slider.value)) });
    this.said = el("p", { class: "hint" });
    this.play = el("button", { type: "button", onclick: () => this.toggle() }, t("replay_play"));
    this.show(this.events.length);
    return el("div", { class: "card" }, el("h3", {}, bdi(this.events[0].data?.swimmer_name ?? "")), el("div", { class: "row" }, this.play, this.slider), this.said, this.progress.node);
  }

  /** The batch after so many of its events. */
  show(count) {
    const [first] = this.events;
    if (!first.data) return;
    const batch = beginning(this.id, first.data);
    for (const { eventid, type, data, time } of this.events.slice(1, count)) {
      evolve(batch, eventid, type, data ?? {}, Date.parse(time));
    }
    const last = this.events[count - 1];
    const text = t("replay_at", { number: count, count: this.events.length, time: moment(last.time), type: has(`log_${last.type}`) ? t(`log_${last.type}`) : last.type });
    const job = batch.jobs.find(({ id }) => id === last.data?.job_id);
    replace(this.said, text, job && [" – ", bdi(shortName(job))]);
    this.slider.setAttribute("aria-valuetext", this.said.textContent);
    this.progress.draw(batch);
  }

  toggle() {
    const begin = !this.timer;
    clearInterval(this.timer);
    this.timer = null;
    this.play.textContent = t(begin ? "replay_pause" : "replay_play");
    if (!begin) return;
    if (Number(this.slider.value) === this.events.length) this.slider.value = 1;
    this.timer = setInterval(() => {
      this.show(Number(this.slider.value));
      if (Number(this.slider.value) === this.events.length || !this.slider.isConnected) return this.toggle();
      this.slider.value = Number(this.slider.value) + 1;
    }, STEP_MS);
  }
}
