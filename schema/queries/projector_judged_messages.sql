-- Of these messages those that were set aside.
SELECT message_id FROM set_aside_events WHERE message_id = ANY($1::uuid[])
