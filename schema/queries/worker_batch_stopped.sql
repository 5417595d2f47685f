-- A batch that was cancelled, or erased: then the data of its submit is gone.
SELECT
  EXISTS (SELECT FROM processing_batches WHERE id = $1 AND status = 'cancelled')
  OR EXISTS (SELECT FROM batch_events WHERE batch_id = $1 AND event_id = 1 AND data IS NULL) AS stopped
