-- Those of the named batches that are over and owe a mail.
SELECT id FROM processing_batches
WHERE id = ANY($1::uuid[]) AND notification_email IS NOT NULL AND status IN ('completed', 'failed', 'partial', 'cancelled')
