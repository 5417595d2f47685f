-- Of a batch that was erased no bytes are kept: what comes late would bring back what was forgotten.
INSERT INTO set_aside_events AS s (fingerprint, times, queue, reason, sentence, body, batch_id, message_id)
SELECT fingerprint, times, queue, reason, sentence,
  CASE WHEN EXISTS (SELECT FROM batch_events e WHERE e.batch_id = v.batch_id AND e.event_id = 1 AND e.data IS NULL)
    THEN NULL ELSE body END,
  batch_id, message_id
FROM unnest($1::bytea[], $2::int[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::uuid[], $8::uuid[])
  AS v(fingerprint, times, queue, reason, sentence, body, batch_id, message_id)
ON CONFLICT (fingerprint) DO UPDATE SET times = s.times + excluded.times
