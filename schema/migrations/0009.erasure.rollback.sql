CREATE OR REPLACE FUNCTION erase_batch(gone UUID) RETURNS VOID LANGUAGE plpgsql
  SECURITY DEFINER SET search_path FROM CURRENT SET heatstream.erasing = 'on' AS $$
DECLARE
  extractions UUID[];
  pdfs UUID[];
  checksums TEXT[];
BEGIN
  UPDATE batch_events SET data = NULL, salt = NULL WHERE batch_id = gone AND data IS NOT NULL;
  UPDATE set_aside_events SET body = NULL WHERE batch_id = gone;
  SELECT array_agg(DISTINCT extraction_id) FILTER (WHERE extraction_id IS NOT NULL), array_agg(DISTINCT file_checksum)
    INTO extractions, checksums FROM batch_jobs WHERE batch_id = gone;
  DELETE FROM processing_batches WHERE id = gone;
  WITH unread AS (
    DELETE FROM extraction_results e WHERE e.id = ANY(extractions)
      AND NOT EXISTS (SELECT FROM batch_jobs j WHERE j.extraction_id = e.id)
    RETURNING e.pdf_id
  )
  SELECT array_agg(DISTINCT pdf_id) INTO pdfs FROM unread;
  DELETE FROM pdf_files p WHERE (p.id = ANY(pdfs) OR p.checksum = ANY(checksums))
    AND NOT EXISTS (SELECT FROM extraction_results e WHERE e.pdf_id = p.id)
    AND (p.id = ANY(pdfs) OR NOT EXISTS (SELECT FROM batch_jobs j WHERE j.file_checksum = p.checksum));
END
$$;
DROP FUNCTION erase_batches(UUID[]);
DROP INDEX idx_events_ai_file;
DROP INDEX idx_set_aside_of_none;
DROP INDEX idx_set_aside_bytes;
ALTER TABLE set_aside_events DROP COLUMN retried_at, DROP COLUMN retried_times;
