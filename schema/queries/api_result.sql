-- What a share link shows, for as long as it lives. `source_copy` is as in api_results.
SELECT
  coalesce(j.filename, j.source_url, '') AS source, l.short_code AS result_code, coalesce(j.cached, false) AS cached,
  (
    SELECT 1 + count(*) FROM batch_jobs o
    WHERE o.batch_id = j.batch_id AND o.sequence < j.sequence
      AND coalesce(o.filename, o.source_url, '') = coalesce(j.filename, j.source_url, '')
  ) AS source_copy,
  r.swimmer_name_display AS swimmer_name, r.swimmer_name_normalized, r.meet_name, r.session_date, r.meet_date_start,
  r.meet_date_end, r.venue, r.events, r.warnings, r.timeline, j.id AS job_id, j.batch_id, coalesce(j.completed_at, r.created_at) AS completed_at
FROM result_links l
JOIN extraction_results r ON r.id = l.extraction_id
LEFT JOIN batch_jobs j ON j.extraction_id = l.extraction_id AND j.result_code = l.short_code
WHERE l.short_code = $1 AND (l.expires_at IS NULL OR l.expires_at > now())
