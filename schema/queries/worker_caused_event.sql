-- What a command, redelivered after a crash, has led to already.
SELECT version, data FROM batch_events
WHERE batch_id = $1 AND causation_id = $2 AND type = $3
LIMIT 1
