-- A batch that owes a mail; no row when it does not, or no longer.
SELECT
  id, swimmer_name, status, total_pdfs, completed_pdfs, completed_at, expires_at, notification_email,
  notification_requested_at
FROM processing_batches
WHERE id = $1 AND notification_email IS NOT NULL AND status IN ('completed', 'failed', 'partial', 'cancelled')
