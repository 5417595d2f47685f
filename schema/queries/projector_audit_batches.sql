SELECT
  id, swimmer_name, total_pdfs, completed_pdfs, failed_pdfs, status, created_at, started_at, completed_at, expires_at,
  client_ip, last_event_id, notification_email, notification_requested_at, notification_sent_at, redriven_at
FROM processing_batches
WHERE id > $1 AND id <= $2
