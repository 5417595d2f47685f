SELECT message_id FROM batch_events WHERE message_id = ANY($1::uuid[])
