-- Whether a batch was there and is erased: then its log is there, and the data of its submit is not.
SELECT EXISTS (SELECT FROM batch_events WHERE batch_id = $1 AND event_id = 1 AND data IS NULL)
