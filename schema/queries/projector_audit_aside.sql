SELECT message_id, reason FROM set_aside_events WHERE message_id = ANY($1::uuid[])
