SELECT batch_id FROM batch_events WHERE event_id = 1 ORDER BY random() LIMIT $1
