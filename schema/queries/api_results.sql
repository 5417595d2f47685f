-- Each job of a batch, with what its sheet says of the swimmer where it is known. `source_copy` counts sheets of one name.
SELECT
  j.id AS job_id, coalesce(j.filename, j.source_url, '') AS source, j.status, j.error_code, j.error_message,
  row_number() OVER (PARTITION BY coalesce(j.filename, j.source_url, '') ORDER BY j.sequence) AS source_copy,
  j.result_code, j.cached, j.completed_at, r.swimmer_name_display AS swimmer_name, r.swimmer_name_normalized,
  r.meet_name, r.session_date, r.meet_date_start, r.meet_date_end, r.venue, r.events, r.warnings, r.timeline
FROM batch_jobs j
LEFT JOIN extraction_results r ON r.id = j.extraction_id
WHERE j.batch_id = $1
ORDER BY j.sequence
