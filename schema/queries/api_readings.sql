-- Of finished links among these jobs what the latest later job read behind the same link for the same swimmer, where
-- that is something else.
SELECT
  j.id AS job_id, latest.completed_at, r.meet_name, r.session_date, r.meet_date_start, r.meet_date_end, r.venue,
  r.events, r.warnings, r.timeline
FROM batch_jobs j
JOIN extraction_results own ON own.id = j.extraction_id
CROSS JOIN LATERAL (
  SELECT n.extraction_id, n.completed_at
  FROM extraction_results x
  JOIN batch_jobs n ON n.extraction_id = x.id
  WHERE x.swimmer_name_normalized = own.swimmer_name_normalized
    AND n.source_url = j.source_url AND n.status = 'completed' AND n.completed_at > j.completed_at
  ORDER BY n.completed_at DESC, n.id DESC
  LIMIT 1
) latest
JOIN extraction_results r ON r.id = latest.extraction_id
WHERE j.id = ANY($1) AND j.status = 'completed' AND latest.extraction_id <> j.extraction_id
