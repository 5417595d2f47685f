-- The expected version: whoever wrote in between is found by the number of rows.
UPDATE processing_batches b SET
  completed_pdfs = v.completed_pdfs, failed_pdfs = v.failed_pdfs, status = v.status, started_at = v.started_at,
  completed_at = v.completed_at, last_event_id = v.last_event_id, notification_email = v.notification_email,
  notification_requested_at = v.notification_requested_at, notification_sent_at = v.notification_sent_at,
  redriven_at = v.redriven_at
FROM unnest(
  $1::uuid[], $2::int[], $3::int[], $4::int[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::int[], $9::text[],
  $10::timestamptz[], $11::timestamptz[], $12::timestamptz[]
) AS v(
  id, expected, completed_pdfs, failed_pdfs, status, started_at, completed_at, last_event_id, notification_email,
  notification_requested_at, notification_sent_at, redriven_at
)
WHERE b.id = v.id AND b.last_event_id = v.expected
