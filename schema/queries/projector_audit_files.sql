-- Rows of pdf_files, and their columns, that are not what all sightings of the file come to (see projector_upsert_pdfs):
-- with the event that describes the file, and whether row and sightings are there.
WITH sightings AS (
  SELECT e.batch_id, e.event_id, e.data ->> 'file_checksum' AS checksum, e.occurred_at AS at, j.source_url, j.filename,
    (e.data ->> 'file_size_bytes')::bigint AS size, NULL AS file_id, NULL::timestamptz AS lasts
  FROM batch_events e
  JOIN batch_jobs j ON j.id = (e.data ->> 'job_id')::uuid
  WHERE e.type = 'job.completed'
  UNION ALL
  SELECT e.batch_id, e.event_id, e.data #>> '{ai_file,file_checksum}', e.occurred_at, j.source_url, j.filename,
    (e.data #>> '{ai_file,file_size_bytes}')::bigint, e.data #>> '{ai_file,file_id}',
    (e.data #>> '{ai_file,expires_at}')::timestamptz
  FROM batch_events e
  JOIN batch_jobs j ON j.id = (e.data ->> 'job_id')::uuid
  WHERE e.type = 'job.stage_entered' AND e.data ? 'ai_file'
), described AS (
  SELECT DISTINCT ON (checksum) checksum, batch_id, event_id, source_url, filename, size FROM sightings
  ORDER BY checksum, at, source_url COLLATE "C" NULLS FIRST, filename COLLATE "C" NULLS FIRST, size
), used AS (
  SELECT checksum, min(at) AS created_at, max(at) AS last_accessed_at, max(lasts) AS lasts,
    (array_agg(file_id ORDER BY lasts DESC NULLS LAST, file_id COLLATE "C" DESC))[1] AS file_id
  FROM sightings GROUP BY checksum
)
SELECT f.batch_id, f.event_id, name, p.id IS NOT NULL, f.checksum IS NOT NULL
FROM pdf_files p
FULL JOIN (described JOIN used USING (checksum)) f USING (checksum)
CROSS JOIN LATERAL (VALUES
  ('id', (p.id IS NULL) OR (f.checksum IS NULL)),
  ('source_url', p.source_url IS DISTINCT FROM f.source_url),
  ('filename', p.filename IS DISTINCT FROM f.filename),
  ('file_size_bytes', p.file_size_bytes IS DISTINCT FROM f.size),
  ('created_at', p.created_at IS DISTINCT FROM f.created_at),
  ('last_accessed_at', p.last_accessed_at IS DISTINCT FROM f.last_accessed_at),
  ('openai_file_id', p.openai_file_id IS DISTINCT FROM f.file_id),
  ('openai_file_expires_at', p.openai_file_expires_at IS DISTINCT FROM f.lasts)
) AS held(name, wrong)
WHERE wrong AND (name = 'id' OR (p.id IS NOT NULL AND f.checksum IS NOT NULL))
