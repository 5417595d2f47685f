import { ask } from "./api.js";
import { evolve, isOver, standing } from "./fold.js";
import { openSource } from "./keyed_reads.js";

/** What the stream's names are in the log. */
const TYPES = {
  batch_started: "batch.started",
  job_progress: "job.stage_entered",
  job_completed: "job.completed",
  job_failed: "job.failed",
  job_retry_scheduled: "job.retry_scheduled",
  batch_retry_requested: "batch.retry_requested",
  batch_completed: "batch.completed",
  batch_cancelled: "batch.cancelled",
};
const AGAIN_MS = [1000, 2000, 4000, 8000, 15_000];
/** A sleeping phone's line is dead without saying so. */
const SLEPT_MS = 15_000;

/**
 * Follows one batch: its state now, then each event once, until it is over; `changed(state, type)` at each.
 * A line that breaks goes on at its cursor: by EventSource itself while it can, by us when it has given up or slept.
 */
export class Stream {
  constructor(id, changed, troubled) {
    this.id = id;
    this.changed = changed;
    this.troubled = troubled;
    this.tries = 0;
    this.wake = () => this.open();
    this.look = () => {
      if (document.hidden) this.hiddenAt = Date.now();
      else if (Date.now() - this.hiddenAt > SLEPT_MS) this.open();
    };
    addEventListener("online", this.wake);
    document.addEventListener("visibilitychange", this.look);
    this.open();
  }

  /** Read the state anew, and listen from there. */
  async open() {
    this.close();
    const turn = (this.turn = {});
    try {
      const view = await ask(`/api/batches/${this.id}`);
      if (turn !== this.turn) return;
      this.state = standing(view);
      this.tries = 0;
      this.changed(this.state, null);
      if (!isOver(this.state.status)) this.listen();
    } catch (wrong) {
      if (turn !== this.turn) return;
      this.troubled(wrong);
      if (wrong.passing) this.later();
    }
  }

  listen() {
    // From the first event on: what is past tells until when a waiting sheet waits, and costs a few hundred bytes.
    this.source = openSource(`/api/batches/${this.id}/events`);
    for (const [name, type] of Object.entries(TYPES)) {
      this.source.addEventListener(name, (event) => {
        const data = JSON.parse(event.data);
        evolve(this.state, Number(event.lastEventId), type, data, Date.parse(data.occurred_at));
        this.changed(this.state, type);
      });
    }
    this.source.onopen = () => this.troubled(null);
    this.source.onerror = () => {
      if (isOver(this.state.status)) return this.close();
      this.troubled({ passing: true });
      if (this.source.readyState === EventSource.CLOSED) this.later();
    };
  }

  later() {
    this.timer = setTimeout(() => this.open(), AGAIN_MS[Math.min(this.tries++, AGAIN_MS.length - 1)]);
  }

  /** Ask something of the batch. One that was over has a log that goes on soon: look until it does. */
  async order(path, body) {
    await ask(`/api/batches/${this.id}${path}`, { method: "POST", body });
    const before = this.state.at;
    for (let looks = 0; isOver(this.state.status) && this.state.at === before && looks < 40; looks += 1) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      await this.open();
    }
  }

  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.turn = null;
  }

  leave() {
    this.close();
    removeEventListener("online", this.wake);
    document.removeEventListener("visibilitychange", this.look);
  }
}
