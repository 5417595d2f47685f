-- depends: 0007.redriven
-- A set-aside event that a person gave to the fold again: when last, and how often it had been set aside by then.
ALTER TABLE set_aside_events ADD COLUMN retried_at TIMESTAMPTZ, ADD COLUMN retried_times INTEGER NOT NULL DEFAULT 0;
-- Bytes end with the batch they are of. What cannot be read may name no batch, or one that never came to be.
CREATE INDEX idx_set_aside_bytes ON set_aside_events(recorded_at) WHERE body IS NOT NULL;
CREATE INDEX idx_set_aside_of_none ON set_aside_events(id) WHERE batch_id IS NULL AND body IS NOT NULL;
-- A file that an AI was given is known by the log alone, once its job has gone on with another; such rows are few.
CREATE INDEX idx_events_ai_file ON batch_events((data #>> '{ai_file,file_checksum}'))
  WHERE type = 'job.stage_entered' AND data ? 'ai_file';

-- Erase what is personal of these batches from log, set-asides and tables; the only way to change the log.
-- Rows that other batches share become what the log still says of them: an extraction the earliest job.completed that
-- is left, a file what its sightings that are left come to (as the upserts of the projector have it).
CREATE FUNCTION erase_batches(gone UUID[]) RETURNS VOID LANGUAGE plpgsql
  SECURITY DEFINER SET search_path FROM CURRENT SET heatstream.erasing = 'on' AS $$
DECLARE
  extractions UUID[];
  checksums TEXT[];
BEGIN
  SELECT array_agg(DISTINCT extraction_id) INTO extractions
    FROM batch_jobs WHERE batch_id = ANY(gone) AND extraction_id IS NOT NULL;
  SELECT array_agg(DISTINCT coalesce(data ->> 'file_checksum', data #>> '{ai_file,file_checksum}')) INTO checksums
    FROM batch_events WHERE batch_id = ANY(gone) AND (type = 'job.completed' OR data ? 'ai_file');
  -- Who is writing to these rows comes first, and is seen by what follows; in the order in which the upserts take them.
  PERFORM FROM pdf_files WHERE checksum = ANY(checksums) ORDER BY id FOR UPDATE;
  PERFORM FROM extraction_results WHERE id = ANY(extractions) ORDER BY id FOR UPDATE;

  DELETE FROM result_links WHERE id IN (SELECT id FROM batch_jobs WHERE batch_id = ANY(gone));
  DELETE FROM processing_batches WHERE id = ANY(gone);
  UPDATE batch_events SET data = NULL, salt = NULL WHERE batch_id = ANY(gone) AND data IS NOT NULL;
  UPDATE set_aside_events SET body = NULL, sentence = '' WHERE batch_id = ANY(gone) AND body IS NOT NULL;
  UPDATE set_aside_events SET body = NULL, sentence = '' WHERE batch_id IS NULL AND body IS NOT NULL
    AND lower(replace(encode(body, 'escape'), '-', ''))
      LIKE ANY (SELECT '%' || replace(id::text, '-', '') || '%' FROM unnest(gone) AS id);
  UPDATE set_aside_events SET body = NULL, sentence = ''
    WHERE body IS NOT NULL AND recorded_at < now() - INTERVAL '30 days';

  DELETE FROM extraction_results r WHERE r.id = ANY(extractions)
    AND NOT EXISTS (SELECT FROM batch_jobs j WHERE j.extraction_id = r.id);
  WITH ranked AS (
    SELECT id, batch_id, extraction_id, rank() OVER (PARTITION BY extraction_id ORDER BY completed_at) AS place
    FROM batch_jobs WHERE extraction_id = ANY(extractions)
  ), left_over AS (
    SELECT DISTINCT ON (extraction_id) extraction_id, message_id, occurred_at, data -> 'extraction' AS said
    FROM ranked j
    JOIN batch_events e ON e.batch_id = j.batch_id AND e.type = 'job.completed' AND e.data ->> 'job_id' = j.id::text
    WHERE place = 1
    ORDER BY extraction_id, message_id
  )
  UPDATE extraction_results r SET
    swimmer_name_display = said ->> 'swimmer_name', meet_name = said ->> 'meet_name',
    session_date = (said ->> 'session_date')::date, meet_date_start = (said ->> 'meet_date_start')::date,
    meet_date_end = (said ->> 'meet_date_end')::date, venue = said ->> 'venue',
    events = coalesce(said -> 'events', '[]'), warnings = coalesce(said -> 'warnings', '[]'),
    timeline = coalesce(said -> 'timeline', '[]'), created_at = occurred_at, message_id = left_over.message_id
  FROM left_over WHERE r.id = extraction_id AND r.message_id <> left_over.message_id;

  WITH sightings AS (
    SELECT file_checksum AS checksum, completed_at AS at, source_url, filename,
      NULL AS file_id, NULL::timestamptz AS lasts
    FROM batch_jobs WHERE file_checksum = ANY(checksums) AND status = 'completed'
    UNION ALL
    SELECT e.data #>> '{ai_file,file_checksum}', e.occurred_at, j.source_url, j.filename,
      e.data #>> '{ai_file,file_id}', (e.data #>> '{ai_file,expires_at}')::timestamptz
    FROM batch_events e
    JOIN batch_jobs j ON j.id = (e.data ->> 'job_id')::uuid
    WHERE e.type = 'job.stage_entered' AND e.data ? 'ai_file'
      AND e.data #>> '{ai_file,file_checksum}' = ANY(checksums)
  ), left_over AS (
    SELECT checksum, min(at) AS first_at, max(at) AS last_at, max(lasts) AS lasts,
      (array_agg(ARRAY[source_url, filename] ORDER BY at, source_url COLLATE "C" NULLS FIRST,
        filename COLLATE "C" NULLS FIRST))[1:1] AS named,
      (array_agg(file_id ORDER BY lasts DESC NULLS LAST, file_id COLLATE "C" DESC))[1] AS file_id
    FROM sightings GROUP BY checksum
  ), unseen AS (
    DELETE FROM pdf_files WHERE checksum = ANY(checksums) AND checksum NOT IN (SELECT checksum FROM left_over)
  )
  UPDATE pdf_files p SET source_url = named[1][1], filename = named[1][2], created_at = first_at,
    last_accessed_at = last_at, openai_file_id = file_id, openai_file_expires_at = lasts
  FROM left_over l WHERE p.checksum = l.checksum;
END
$$;
REVOKE ALL ON FUNCTION erase_batches(UUID[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_batches(UUID[]) TO heatstream_projector;

CREATE OR REPLACE FUNCTION erase_batch(gone UUID) RETURNS VOID LANGUAGE sql
  SECURITY DEFINER SET search_path FROM CURRENT AS $$ SELECT erase_batches(ARRAY[gone]) $$;
