-- depends: 0003.batches
-- The record: every fact in its place in its batch. It outlives the rows of processing_batches.
CREATE TABLE batch_events (
  batch_id UUID NOT NULL,
  event_id INTEGER NOT NULL,
  message_id UUID NOT NULL UNIQUE,
  type VARCHAR(60) NOT NULL,
  version INTEGER NOT NULL,
  occurred_at TIMESTAMPTZ NOT NULL,
  recorded_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  source TEXT NOT NULL,
  correlation_id TEXT,
  causation_id TEXT,
  traceparent TEXT,
  salt BYTEA,
  data JSONB,
  digest BYTEA NOT NULL,
  PRIMARY KEY (batch_id, event_id),
  CHECK ((salt IS NULL) = (data IS NULL))
);

-- What could not become a fact, with its bytes and the reason; the same bytes again only raise `times`.
CREATE TABLE set_aside_events (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  fingerprint BYTEA NOT NULL UNIQUE,
  times INTEGER NOT NULL DEFAULT 1,
  queue TEXT NOT NULL,
  reason VARCHAR(40) NOT NULL,
  sentence TEXT NOT NULL,
  batch_id UUID,
  message_id UUID,
  body BYTEA,
  recorded_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);
CREATE INDEX idx_set_aside_batch ON set_aside_events(batch_id) WHERE batch_id IS NOT NULL;

-- Facts stay. The one exception is erasure: data and salt go, the digest and so the chain remain.
CREATE FUNCTION refuse_change_of_log() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('heatstream.erasing', true) = 'on' AND NEW.data IS NULL
     AND (to_jsonb(NEW) - 'data' - 'salt') = (to_jsonb(OLD) - 'data' - 'salt') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'batch_events is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON batch_events
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_log();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON batch_events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_log();

-- Erase what is personal of one batch from log, set-asides and tables; the only way to change the log.
CREATE FUNCTION erase_batch(gone UUID) RETURNS VOID LANGUAGE plpgsql
  SECURITY DEFINER SET search_path FROM CURRENT SET heatstream.erasing = 'on' AS $$
DECLARE
  extractions UUID[];
  pdfs UUID[];
BEGIN
  UPDATE batch_events SET data = NULL, salt = NULL WHERE batch_id = gone AND data IS NOT NULL;
  UPDATE set_aside_events SET body = NULL WHERE batch_id = gone;
  SELECT array_agg(DISTINCT extraction_id) INTO extractions
    FROM batch_jobs WHERE batch_id = gone AND extraction_id IS NOT NULL;
  DELETE FROM processing_batches WHERE id = gone;
  WITH unread AS (
    DELETE FROM extraction_results e WHERE e.id = ANY(extractions)
      AND NOT EXISTS (SELECT FROM batch_jobs j WHERE j.extraction_id = e.id)
    RETURNING e.pdf_id
  )
  SELECT array_agg(DISTINCT pdf_id) INTO pdfs FROM unread;
  DELETE FROM pdf_files p WHERE p.id = ANY(pdfs)
    AND NOT EXISTS (SELECT FROM extraction_results e WHERE e.pdf_id = p.id);
END
$$;
REVOKE ALL ON FUNCTION erase_batch(UUID) FROM PUBLIC;

GRANT SELECT ON batch_events, set_aside_events TO heatstream_api, heatstream_worker;
GRANT SELECT, INSERT ON batch_events TO heatstream_projector;
GRANT SELECT, INSERT, UPDATE ON set_aside_events TO heatstream_projector;
GRANT EXECUTE ON FUNCTION erase_batch(UUID) TO heatstream_projector;
