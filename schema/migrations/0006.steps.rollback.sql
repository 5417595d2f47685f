CREATE OR REPLACE FUNCTION erase_batch(gone UUID) RETURNS VOID LANGUAGE plpgsql
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

ALTER TABLE batch_jobs DROP COLUMN stage_step;
