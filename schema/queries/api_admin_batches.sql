-- Batches without what is personal of them, newest first, from behind a place on; NULL for what is not asked.
SELECT
  id, status, created_at, started_at, completed_at, expires_at, total_pdfs, completed_pdfs, failed_pdfs, last_event_id
FROM processing_batches
WHERE ($1::text IS NULL OR status = $1)
  AND ($2::timestamptz IS NULL OR created_at >= $2)
  AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4::uuid))
ORDER BY created_at DESC, id DESC
LIMIT $5
