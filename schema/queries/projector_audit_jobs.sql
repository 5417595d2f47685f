-- Each job with the link to its result, and the extraction that it names.
SELECT
  j.id, j.batch_id, j.sequence, j.source_type, j.source_url, j.filename, j.file_checksum, j.status, j.stage,
  j.stage_step, j.progress_message, j.extraction_id, j.result_code, j.error_message, j.error_code, j.retry_count,
  j.cached, j.created_at, j.started_at, j.completed_at,
  l.id, l.short_code, l.extraction_id, l.expires_at, l.created_at,
  r.id, r.pdf_id, r.swimmer_name_normalized, r.swimmer_name_display, r.meet_name, r.session_date, r.meet_date_start,
  r.meet_date_end, r.venue, r.events::text, r.warnings::text, r.timeline::text, r.created_at, r.message_id
FROM batch_jobs j
LEFT JOIN result_links l ON l.id = j.id
LEFT JOIN extraction_results r ON r.id = j.extraction_id
WHERE j.batch_id > $1 AND j.batch_id <= $2
ORDER BY j.batch_id, j.id
