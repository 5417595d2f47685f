-- Rows of pdf_files, and their columns, that are not what all sightings of the file come to (see erase_batches): with the
-- event that describes the file, and whether row and sightings are there.
WITH sightings AS (
  SELECT batch_id, file_checksum AS checksum, completed_at AS at, source_url, filename,
    NULL AS file_id, NULL::timestamptz AS lasts
  FROM batch_jobs WHERE status = 'completed'
  UNION ALL
  SELECT j.batch_id, e.data #>> '{ai_file,file_checksum}', e.occurred_at, j.source_url, j.filename,
    e.data #>> '{ai_file,file_id}', (e.data #>> '{ai_file,expires_at}')::timestamptz
  FROM batch_events e
  JOIN batch_jobs j ON j.id = (e.data ->> 'job_id')::uuid
  WHERE e.type = 'job.stage_entered' AND e.data ? 'ai_file'
), folded AS (
  SELECT checksum, min(at) AS created_at, max(at) AS last_accessed_at, max(lasts) AS lasts,
    (array_agg(ARRAY[source_url, filename, batch_id::text] ORDER BY at, source_url COLLATE "C" NULLS FIRST,
      filename COLLATE "C" NULLS FIRST))[1:1] AS first,
    (array_agg(file_id ORDER BY lasts DESC NULLS LAST, file_id COLLATE "C" DESC))[1] AS file_id
  FROM sightings GROUP BY checksum
)
SELECT described.batch_id, described.event_id, name, p.id IS NOT NULL, f.checksum IS NOT NULL
FROM pdf_files p
FULL JOIN folded f USING (checksum)
LEFT JOIN LATERAL (
  SELECT e.batch_id, e.event_id, coalesce(e.data -> 'file_size_bytes', e.data #> '{ai_file,file_size_bytes}') AS size
  FROM batch_events e
  WHERE e.batch_id = f.first[1][3]::uuid AND e.occurred_at = f.created_at
    AND coalesce(e.data ->> 'file_checksum', e.data #>> '{ai_file,file_checksum}') = f.checksum
  ORDER BY e.event_id LIMIT 1
) described ON true
CROSS JOIN LATERAL (VALUES
  ('id', (p.id IS NULL) OR (f.checksum IS NULL)),
  ('source_url', p.source_url IS DISTINCT FROM f.first[1][1]),
  ('filename', p.filename IS DISTINCT FROM f.first[1][2]),
  ('file_size_bytes', p.file_size_bytes IS DISTINCT FROM described.size::bigint),
  ('created_at', p.created_at IS DISTINCT FROM f.created_at),
  ('last_accessed_at', p.last_accessed_at IS DISTINCT FROM f.last_accessed_at),
  ('openai_file_id', p.openai_file_id IS DISTINCT FROM f.file_id),
  ('openai_file_expires_at', p.openai_file_expires_at IS DISTINCT FROM f.lasts)
) AS held(name, wrong)
WHERE wrong AND (name = 'id' OR (p.id IS NOT NULL AND f.checksum IS NOT NULL))
