/** The page folds the log as the projector does: for the live view, and for the replay. Times are in milliseconds. */

const ORDER = ["queued", "downloading", "uploading_to_ai", "extracting", "caching", "done"];
const OVER = new Set(["completed", "failed", "partial", "cancelled"]);

export const isOver = (status) => OVER.has(status);

/** How far a job is, from 0 to 1. */
export function progress(job) {
  return isOver(job.status) ? 1 : Math.max(ORDER.indexOf(job.stage), 0) / (ORDER.length - 1);
}

/** The state of a batch as `GET /api/batches/{id}` tells it. */
export function standing(view) {
  const jobs = view.jobs.map((job) => ({
    id: job.id, name: job.filename ?? job.source_url, url: job.source_url, status: job.status, stage: job.stage,
    message: job.progress_message, code: job.error_code, error: job.error_message, cached: job.cached, retry: null,
  }));
  return { id: view.id, swimmer: view.swimmer_name, status: view.status, at: view.last_event_id, jobs, expires: view.expires_at };
}

/** The state of a batch at its `batch.submitted`. */
export function beginning(id, data) {
  const jobs = data.jobs.map(({ job_id, source }) => fresh({ id: job_id, name: source.filename ?? source.url, url: source.url }));
  return { id, swimmer: data.swimmer_name, status: "pending", at: 1, jobs };
}

/** What an event makes of a state, in place; `at` is when it happened. Unknown types change nothing: more may come. */
export function evolve(batch, eventId, type, data, at) {
  const job = batch.jobs.find(({ id }) => id === data.job_id);
  const isPast = eventId <= batch.at;
  batch.at = Math.max(batch.at, eventId);
  if (type === "job.retry_scheduled" && job) {
    // A reading of the tables does not say until when a job waits, so its own past is asked for that.
    job.retry = { until: at + data.delay_seconds * 1000, code: data.error_code };
  } else if (job) {
    job.retry = null;
  }
  if (isPast) return;
  switch (type) {
    case "batch.started":
      batch.status = "processing";
      break;
    case "job.stage_entered":
      Object.assign(job, { stage: data.stage, message: data.message ?? null, status: data.stage === "downloading" ? "downloading" : "processing" });
      break;
    case "job.retry_scheduled":
      Object.assign(job, { status: "pending", stage: "queued", message: data.error_message });
      break;
    case "job.completed":
      Object.assign(job, { status: "completed", stage: "done", cached: data.cached, code: null, error: null });
      break;
    case "job.failed":
      Object.assign(job, { status: "failed", code: data.error_code, error: data.error_message });
      break;
    case "batch.retry_requested":
      batch.status = "processing";
      for (const { job_id } of data.jobs) Object.assign(batch.jobs.find(({ id }) => id === job_id), fresh({}));
      break;
    case "batch.completed":
      batch.status = data.status;
      break;
    case "batch.cancelled":
      batch.status = "cancelled";
      for (const one of batch.jobs) if (!isOver(one.status)) Object.assign(one, { status: "cancelled", retry: null });
      break;
  }
}

function fresh(job) {
  return { ...job, status: "pending", stage: "queued", message: null, code: null, error: null, cached: false, retry: null };
}
