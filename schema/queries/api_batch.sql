SELECT
  id, swimmer_name, status, total_pdfs, completed_pdfs, failed_pdfs, created_at, started_at, completed_at, expires_at,
  last_event_id
FROM processing_batches
WHERE id = $1
