import { ask } from "./api.js";
import { announce, bdi, el, replace } from "./dom.js";
import { isOver } from "./fold.js";
import { Line } from "./line.js";
import { MailOffer } from "./mail.js";
import { Progress } from "./progress.js";
import { Results } from "./results.js";
import { why } from "./said.js";
import { forgetGone, keepSeen, seen } from "./seen.js";
import { asked } from "./start.js";
import { Stream } from "./stream.js";
import { since, t } from "./texts.js";

/** How long the server may take before what was seen last is shown. */
const PATIENCE_MS = 1500;

/** One batch, or those of several swimmers over the same sheets: how far they are, and what was found. */
export function showBatches(main, ids, go) {
  const title = el("h1", { tabindex: "-1" });
  const line = el("p", { class: "lead" });
  const trouble = el("p", { class: "trouble", role: "alert", hidden: true });
  const old = el("p", { class: "card old", role: "status", hidden: true });
  const cancel = el("button", { type: "button", class: "quiet wide", hidden: true, onclick: () => {
    all((stream) => stream.order("/cancel"), (state) => !isOver(state.status));
    title.focus();
  } }, t("cancel"));
  const retryAll = el("button", { type: "button", hidden: true, onclick: () => {
    all((stream) => stream.order("/retry"), hasFailed);
    title.focus();
  } }, t("retry_all"));
  const results = new Results({
    searchAgain: (name, id) => searchAgain(name, stateOf(viewOf(id)), go),
    told: (id, view) => {
      viewOf(id).results = view;
      keepView(viewOf(id));
    },
  });
  const mail = new MailOffer((email) => Promise.all(ids.map((id) => ask(`/api/batches/${id}/notify`, { method: "POST", body: { email } }))));
  const sections = el("div", {});
  const replay = el("div", {});
  const views = [];
  const connection = new Line();
  replace(main, el("div", { class: "batch" }, title, line, old, trouble, sections, el("div", { class: "row deeds" }, retryAll, cancel), mail.node, results.node, replay));

  const viewOf = (id) => views.find(({ stream }) => stream.id === id);

  function complain(wrong) {
    if (wrong?.slug && !views.some(stateOf)) title.textContent = t("nothing_here");
    const said = el("p", {}, wrong && (wrong.slug ? why(wrong) : t("reconnecting")));
    if (trouble.textContent !== said.textContent) replace(trouble, ...said.childNodes);
    trouble.hidden = !wrong || (wrong.passing && views.some(({ kept }) => kept));
  }

  async function all(act, wanted) {
    try {
      await Promise.all(views.filter(({ stream }) => stream.state && wanted(stream.state)).map(({ stream }) => act(stream)));
    } catch (wrong) {
      complain(wrong);
    }
  }

  function follow(id) {
    const view = { open: true, heading: el("summary", {}) };
    view.progress = new Progress((job) => view.stream.order(`/jobs/${job.id}/retry`).catch(complain));
    view.section = el("details", { class: "card", open: true, hidden: true }, view.heading, view.progress.node);
    view.patience = setTimeout(() => showKept(view), PATIENCE_MS);
    view.stream = new Stream(connection, id, (state, type) => {
      clearTimeout(view.patience);
      view.kept = null;
      complain(null);
      drawSheets(view);
      const isNews = type === null || /^(job\.completed|job\.failed|batch\.)/.test(type);
      if (isNews) {
        results.refresh(id);
        keepView(view);
      }
      if (isOver(state.status) && view.open) {
        view.open = false;
        view.section.open = hasFailed(state); // what was found comes first now
      }
      drawHead();
    }, (wrong) => {
      if (wrong?.slug && forgetGone(wrong, `/b/${id}`)) takeBack(view);
      else if (wrong?.passing) showKept(view);
      complain(wrong);
    });
    sections.append(view.section);
    views.push(view);
  }

  /** What this device saw last, until the server says how it is now. */
  function showKept(view) {
    if (stateOf(view)) return;
    view.kept = seen(`/b/${view.stream.id}`);
    if (!view.kept) return;
    drawSheets(view);
    if (view.kept.results) results.show(view.stream.id, view.kept.results);
    drawHead();
  }

  function keepView({ stream: { id, state }, results: told }) {
    const path = `/b/${id}`;
    const known = told ?? seen(path)?.results;
    keepSeen(path, { who: state.swimmer, meet: known?.results[0]?.meet_name, until: Date.parse(state.expires), state, results: known });
  }

  /** The batch is erased: nothing of it stays in sight either. */
  function takeBack(view) {
    view.kept = view.stream.state = null;
    view.isGone = view.section.hidden = true;
    results.drop(view.stream.id);
    replace(replay);
    mail.end();
    view.open = false;
    drawHead();
  }

  function drawSheets(view) {
    const state = stateOf(view);
    view.section.hidden = false;
    replace(view.heading, ids.length > 1 ? [bdi(state.swimmer), el("small", {}, ` – ${counted(state.jobs)}`)] : t("sheets_read"));
    view.progress.draw(state, Boolean(view.kept));
  }

  function drawHead() {
    const states = views.map(stateOf).filter(Boolean);
    const kept = views.map((view) => view.kept).filter(Boolean);
    const jobs = states.flatMap((state) => state.jobs);
    const done = jobs.filter(({ status }) => status === "completed").length;
    const over = states.length + views.filter(({ isGone }) => isGone).length === ids.length && states.every(({ status }) => isOver(status));
    const names = states.map(({ swimmer }) => swimmer);
    document.title = [!over && `${done}/${jobs.length}`, names.join(", ") || t("nothing_here")].filter(Boolean).join(" ") + " – Heatstream";
    replace(title, names.length ? names.map((name, place) => [place ? ", " : "", bdi(name)]) : t("nothing_here"));
    const text = !names.length ? "" : over ? t("read_all", { done, count: jobs.length }) : counted(jobs);
    if (line.textContent !== text) {
      line.textContent = text;
      announce(text);
    }
    old.hidden = !kept.length;
    old.textContent = kept.length ? t("as_of", { time: since(Math.min(...kept.map(({ at }) => at))) }) : "";
    cancel.hidden = over || kept.length > 0;
    retryAll.hidden = kept.length > 0 || jobs.filter(({ status }) => status === "failed").length < 2 || states.some(({ status }) => status === "cancelled");
    if (!kept.length) mail.follow(done > 0, over);
    results.order(ids);
    if (over && names.length && !kept.length && !replay.firstChild) offerReplay(replay, states.map(({ id }) => id));
  }

  /** Progress between two results is kept when the page goes: that is when it is needed. */
  const keepAll = () => views.filter(({ stream }) => stream.state).forEach(keepView);
  addEventListener("pagehide", keepAll);
  ids.forEach(follow);
  const ticking = setInterval(() => views.forEach(({ progress }) => progress.tick()), 1000);
  return () => {
    keepAll();
    removeEventListener("pagehide", keepAll);
    clearInterval(ticking);
    mail.end();
    results.leave();
    for (const { stream, patience } of views) {
      clearTimeout(patience);
      stream.leave();
    }
  };
}

const stateOf = ({ stream, kept }) => stream?.state ?? kept?.state;
const counted = (jobs) => t("read_so_far", { done: jobs.filter(({ status }) => status === "completed").length, count: jobs.length });
const hasFailed = ({ jobs }) => jobs.some(({ status }) => status === "failed");

/** Another name over the same sheets: files that were chosen here are at hand still, links the batch knows. */
function searchAgain(name, batch, go) {
  asked.swimmers = [name];
  const links = batch.jobs.filter(({ url }) => url).map(({ url }) => ({ url }));
  asked.queue.add(links);
  go("/");
}

function offerReplay(place, ids) {
  const box = el("details", { class: "replay", ontoggle: async () => {
    if (!box.open || box.children.length > 1) return;
    try {
      const { Replay } = await import("./replay.js");
      for (const id of ids) box.append(await new Replay(id).load());
    } catch {
      box.open = false; // the line broke: opened again it is asked for again
      announce(t("unreached"));
    }
  } }, el("summary", {}, t("replay")));
  place.append(box);
}
