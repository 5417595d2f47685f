-- The newest events that the log has, by the time in their ids; ids that follow from others (UUIDv5) tell none.
SELECT batch_id, occurred_at
FROM batch_events
WHERE message_id <= $1
ORDER BY message_id DESC
LIMIT $2
