-- What was set aside of batches that are not there: no erasure of a batch reaches its bytes.
SELECT s.id, s.reason, s.recorded_at, s.body
FROM set_aside_events s
WHERE s.body IS NOT NULL AND NOT EXISTS (SELECT FROM processing_batches b WHERE b.id = s.batch_id)
ORDER BY s.id
