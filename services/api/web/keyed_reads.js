import { Refused } from "./api.js";
import { el } from "./dom.js";
import { keyed, readsNeedKey, shown } from "./key.js";

/** A stream of events: the browser's own, which shows no key, or where one is needed its like. */
export const openSource = (path) => (readsNeedKey ? new KeyedSource(path) : new EventSource(path));

/** As an EventSource that does not come back by itself: when its line ends it says so, and is closed. */
class KeyedSource extends EventTarget {
  readyState = EventSource.CONNECTING;
  stopping = new AbortController();

  constructor(path) {
    super();
    this.read(path).catch(() => {}).then(() => {
      if (this.stopping.signal.aborted) return;
      this.readyState = EventSource.CLOSED;
      this.onerror?.();
    });
  }

  async read(path) {
    const headers = { Accept: "text/event-stream", ...shown() };
    const answer = await fetch(path, { headers, cache: "no-store", signal: this.stopping.signal });
    if (answer.status !== 200) return;
    this.readyState = EventSource.OPEN;
    this.onopen?.();
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = "", part = await reader.read(); !part.done; part = await reader.read()) {
      const said = (rest + part.value).split("\n\n");
      rest = said.pop();
      said.forEach((block) => this.tell(block));
    }
  }

  tell(block) {
    const { event, id, data } = Object.fromEntries(block.split("\n").map((line) => line.split(/: ?(.*)/s)));
    if (data) this.dispatchEvent(new MessageEvent(event, { data, lastEventId: id }));
  }

  close() {
    this.stopping.abort();
    this.readyState = EventSource.CLOSED;
  }
}

/** For a link to a file that a browser's own download would fetch without the key. */
export const download = readsNeedKey ? async (event) => {
  event.preventDefault();
  const { href } = event.currentTarget;
  const file = await keyed(async (headers) => {
    const answer = await fetch(href, { headers, cache: "no-store" });
    if (!answer.ok) throw new Refused(answer.status, await answer.json());
    return answer.blob();
  });
  const url = URL.createObjectURL(file);
  el("a", { href: url, download: "heatstream.ics" }).click();
  URL.revokeObjectURL(url);
} : null;
