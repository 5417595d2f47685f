-- What the session reports and timelines of a batch say.
SELECT
  j.id AS job_id, j.completed_at, r.meet_name, r.session_date, r.meet_date_start, r.meet_date_end, r.venue, r.events,
  r.warnings, r.timeline
FROM batch_jobs j
JOIN extraction_results r ON r.id = j.extraction_id
WHERE j.batch_id = $1 AND r.timeline <> '[]'
