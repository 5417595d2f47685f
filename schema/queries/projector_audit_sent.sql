-- What others said in a time, and not the projector itself, whose ids are of version 5.
SELECT batch_id, event_id FROM batch_events
WHERE occurred_at > $1 AND occurred_at < $2 AND substr(message_id::text, 15, 1) <> '5'
