-- The newest rows of many batches at once, up to $3 of each; a result is told by its numbers, not in full.
SELECT
  w.batch_id, e.event_id, e.type, e.occurred_at,
  -- One look a row: a join would read all jobs wherever the planner has not counted them yet.
  (SELECT j.sequence FROM batch_jobs j WHERE j.id = (e.data ->> 'job_id')::uuid) AS sequence,
  CASE e.type
    WHEN 'job.completed' THEN
      (e.data - '{extraction,file_checksum,file_size_bytes,swimmer_name_normalized}'::text[]) || jsonb_build_object(
        'swims', jsonb_array_length(e.data #> '{extraction,events}'), 'warnings', e.data #> '{extraction,warnings}'
      )
    ELSE e.data
  END AS data
FROM unnest($1::uuid[], $2::int[]) AS w(batch_id, after)
CROSS JOIN LATERAL (
  SELECT * FROM batch_events b
  WHERE b.batch_id = w.batch_id AND b.event_id > w.after
  ORDER BY b.event_id
  LIMIT $3
) e
ORDER BY w.batch_id, e.event_id
