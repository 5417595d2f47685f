INSERT INTO set_aside_events AS s (fingerprint, times, queue, reason, sentence, body, batch_id, message_id)
SELECT * FROM unnest($1::bytea[], $2::int[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::uuid[], $8::uuid[])
ON CONFLICT (fingerprint) DO UPDATE SET times = s.times + excluded.times
