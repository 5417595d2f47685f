import { ask } from "./api.js";
import { evolve, isOver, standing } from "./fold.js";

const AGAIN_MS = [1000, 2000, 4000, 8000, 15_000];
/** A sleeping phone's line is dead without saying so. */
const SLEPT_MS = 15_000;

/**
 * Follows one batch over a line: its state now, then each event once, until it is over; `changed(state, type)` at each.
 * A line that breaks goes on at its cursors: by EventSource itself while it can, by us when it has given up or slept.
 */
export class Stream {
  constructor(line, id, changed, troubled) {
    this.line = line;
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
  open() {
    return this.line.while(() => this.read());
  }

  async read() {
    this.close();
    const turn = (this.turn = {});
    try {
      const view = await ask(`/api/batches/${this.id}`);
      if (turn !== this.turn) return;
      this.state = standing(view);
      this.tries = 0;
      this.changed(this.state, null);
      if (!isOver(this.state.status)) this.line.join(this);
    } catch (wrong) {
      if (turn !== this.turn) return;
      this.troubled(wrong);
      if (wrong.passing) this.later(wrong.waitSeconds);
      else this.line.leave(this); // one that is refused would have all refused
    }
  }

  hear(type, data) {
    evolve(this.state, data.event_id, type, data, Date.parse(data.occurred_at));
    this.changed(this.state, type);
  }

  later(seconds = 0) {
    const usual = AGAIN_MS[Math.min(this.tries++, AGAIN_MS.length - 1)];
    this.timer = setTimeout(() => this.open(), Math.max(seconds * 1000, usual));
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
    this.turn = null;
  }

  leave() {
    this.close();
    this.line.leave(this);
    removeEventListener("online", this.wake);
    document.removeEventListener("visibilitychange", this.look);
  }
}
