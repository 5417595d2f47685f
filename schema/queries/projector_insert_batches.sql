INSERT INTO processing_batches (
  id, swimmer_name, total_pdfs, completed_pdfs, failed_pdfs, status, created_at, started_at, completed_at, expires_at,
  client_ip, last_event_id, notification_email, notification_requested_at, notification_sent_at,
  redriven_at
)
SELECT * FROM unnest(
  $1::uuid[], $2::text[], $3::int[], $4::int[], $5::int[], $6::text[], $7::timestamptz[], $8::timestamptz[],
  $9::timestamptz[], $10::timestamptz[], $11::text[], $12::int[], $13::text[], $14::timestamptz[], $15::timestamptz[],
  $16::timestamptz[]
)
ON CONFLICT (id) DO NOTHING
