import { isOver } from "./fold.js";
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

/** One connection for all batches of a view: a browser opens six to a server, and the others are for what a person does. */
export class Line {
  constructor() {
    this.streams = new Set();
    this.reading = 0;
  }

  /** Streams read their batches, and join: when nobody reads any more, the line is laid for all of them. */
  async while(read) {
    this.reading += 1;
    try {
      await read();
    } finally {
      this.reading -= 1;
      if (!this.reading && this.isStale) this.lay();
    }
  }

  join(stream) {
    this.streams.add(stream);
    this.isStale = true;
  }

  leave(stream) {
    this.streams.delete(stream);
    if (!this.streams.size) this.source?.close();
  }

  lay() {
    this.isStale = false;
    this.source?.close();
    const going = () => [...this.streams].filter(({ state }) => !isOver(state.status));
    if (!going().length) return;
    // From the first event on: what is past tells until when a waiting sheet waits, and costs a few hundred bytes.
    const source = (this.source = openSource(`/api/events?${going().map(({ id }) => `batch=${id}`).join("&")}`));
    for (const [name, type] of Object.entries(TYPES)) {
      source.addEventListener(name, (event) => {
        const data = JSON.parse(event.data);
        for (const stream of this.streams) if (stream.id === data.batch_id) stream.hear(type, data);
      });
    }
    source.onopen = () => going().forEach((stream) => stream.troubled(null));
    source.onerror = () => {
      const left = going();
      if (!left.length) return source.close();
      for (const stream of left) {
        stream.troubled({ passing: true });
        if (source.readyState === EventSource.CLOSED) stream.later();
      }
    };
  }
}
