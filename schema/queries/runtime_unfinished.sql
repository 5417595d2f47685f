-- The oldest batch that is not over, and how many there are.
SELECT id AS batch_id, status, created_at, count(*) OVER () AS batches
FROM processing_batches
WHERE status IN ('pending', 'processing')
ORDER BY created_at
LIMIT 1
