-- The batch in which so many events after another are passed.
SELECT batch_id FROM batch_events WHERE batch_id > $1
ORDER BY batch_id, event_id
OFFSET $2 LIMIT 1
