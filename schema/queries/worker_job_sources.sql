-- What the jobs of these batches are about, and where a person asked for another attempt; in order.
SELECT batch_id, type, version, data, correlation_id, traceparent FROM batch_events
WHERE batch_id = ANY($1::uuid[]) AND type IN ('batch.submitted', 'batch.retry_requested') AND data IS NOT NULL
ORDER BY batch_id, event_id
