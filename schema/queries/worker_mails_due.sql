-- Batches that are over and owe a mail, the one that waits longest first, without those under way here.
SELECT id FROM processing_batches
WHERE notification_email IS NOT NULL AND status IN ('completed', 'failed', 'partial', 'cancelled') AND id <> ALL($1::uuid[])
ORDER BY greatest(notification_requested_at, completed_at), id
LIMIT $2
