SELECT message_id, batch_id FROM set_aside_events WHERE message_id = ANY($1::uuid[])
