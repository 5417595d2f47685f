-- Each sheet of a batch, with what it says of the swimmer where that is known.
SELECT
  coalesce(j.filename, j.source_url, '') AS source, j.status, j.error_code, j.error_message, r.meet_name,
  r.session_date, r.meet_date_start, r.events
FROM batch_jobs j
LEFT JOIN extraction_results r ON r.id = j.extraction_id
WHERE j.batch_id = $1
ORDER BY j.sequence
