import { ask } from "./api.js";
import { announce, bdi, el, replace } from "./dom.js";
import { isOver } from "./fold.js";
import { Line } from "./line.js";
import { MailOffer } from "./mail.js";
import { Progress } from "./progress.js";
import { Results } from "./results.js";
import { asked } from "./start.js";
import { Stream } from "./stream.js";
import { t } from "./texts.js";

/** One batch, or those of several swimmers over the same sheets: how far they are, and what was found. */
export function showBatches(main, ids, go) {
  const title = el("h1", { tabindex: "-1" });
  const line = el("p", { class: "lead" });
  const trouble = el("p", { class: "trouble", role: "alert", hidden: true });
  const cancel = el("button", { type: "button", class: "quiet wide", hidden: true, onclick: () => {
    all((stream) => stream.order("/cancel"), (state) => !isOver(state.status));
  } }, t("cancel"));
  const retryAll = el("button", { type: "button", hidden: true, onclick: () => all((stream) => stream.order("/retry"), hasFailed) }, t("retry_all"));
  const results = new Results({ searchAgain: (name, id) => searchAgain(name, views.find(({ stream }) => stream.id === id).stream.state, go) });
  const mail = new MailOffer((email) => Promise.all(ids.map((id) => ask(`/api/batches/${id}/notify`, { method: "POST", body: { email } }))));
  const sections = el("div", {});
  const replay = el("div", {});
  const views = [];
  const connection = new Line();
  replace(main, el("div", { class: "batch" }, title, line, trouble, sections, el("div", { class: "row deeds" }, retryAll, cancel), mail.node, results.node, replay));

  function complain(wrong) {
    if (wrong?.slug && !wrong.passing && !views.some(({ stream }) => stream?.state)) title.textContent = t("nothing_here");
    const text = !wrong ? "" : wrong.slug ? wrong.message : t("reconnecting");
    if (trouble.textContent !== text) trouble.textContent = text;
    trouble.hidden = !text;
  }

  async function all(act, wanted) {
    try {
      await Promise.all(views.filter(({ stream }) => stream.state && wanted(stream.state)).map(({ stream }) => act(stream)));
    } catch (wrong) {
      complain(wrong);
    }
  }

  function follow(id) {
    const heading = el("summary", {});
    const view = { open: true };
    view.progress = new Progress((job) => view.stream.order(`/jobs/${job.id}/retry`).catch(complain));
    view.section = el("details", { class: "card", open: true, hidden: true }, heading, view.progress.node);
    view.stream = new Stream(connection, id, (state, type) => {
      complain(null);
      view.section.hidden = false;
      replace(heading, ids.length > 1 ? [bdi(state.swimmer), el("small", {}, ` – ${counted(state.jobs)}`)] : t("sheets_read"));
      view.progress.draw(state);
      if (type === null || /^(job\.completed|job\.failed|batch\.)/.test(type)) results.refresh(id);
      if (isOver(state.status) && view.open) {
        view.open = false;
        view.section.open = hasFailed(state); // what was found comes first now
      }
      drawHead();
    }, complain);
    sections.append(view.section);
    views.push(view);
  }

  function drawHead() {
    const states = views.map(({ stream }) => stream.state).filter(Boolean);
    const jobs = states.flatMap((state) => state.jobs);
    const done = jobs.filter(({ status }) => status === "completed").length;
    const over = states.length === ids.length && states.every(({ status }) => isOver(status));
    const names = states.map(({ swimmer }) => swimmer);
    document.title = `${over ? "" : `${done}/${jobs.length} `}${names.join(", ")} – Heatstream`;
    replace(title, ...names.flatMap((name, place) => [place ? ", " : "", bdi(name)]));
    const text = over ? t("read_all", { done, count: jobs.length }) : counted(jobs);
    if (line.textContent !== text) {
      line.textContent = text;
      announce(text);
    }
    cancel.hidden = over;
    retryAll.hidden = jobs.filter(({ status }) => status === "failed").length < 2 || states.some(({ status }) => status === "cancelled");
    mail.follow(done > 0, over);
    results.order(ids);
    if (over && !replay.firstChild) offerReplay(replay, ids);
  }

  ids.forEach(follow);
  const ticking = setInterval(() => views.forEach(({ progress }) => progress.tick()), 1000);
  return () => {
    clearInterval(ticking);
    mail.end();
    results.leave();
    for (const { stream } of views) stream.leave();
  };
}

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
    const { Replay } = await import("./replay.js");
    for (const id of ids) box.append(await new Replay(id).load());
  } }, el("summary", {}, t("replay")));
  place.append(box);
}
