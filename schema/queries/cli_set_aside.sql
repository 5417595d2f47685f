-- One set-aside whole, and whether its batch is there to be told of a retry.
SELECT
  s.id, s.reason, s.sentence, s.queue, s.batch_id, s.message_id, s.times, s.retried_times, s.retried_at, s.recorded_at,
  encode(s.fingerprint, 'hex') AS fingerprint, s.body,
  EXISTS (SELECT FROM processing_batches b WHERE b.id = s.batch_id) AS known
FROM set_aside_events s
WHERE s.id = $1
