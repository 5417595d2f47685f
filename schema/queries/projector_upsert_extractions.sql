-- Of two readings of the same sheet for the same swimmer the earliest is kept, so every replay ends alike.
INSERT INTO extraction_results AS r (
  id, pdf_id, swimmer_name_normalized, swimmer_name_display, meet_name, session_date, meet_date_start, meet_date_end,
  venue, events, warnings, timeline, created_at, message_id
)
SELECT * FROM unnest(
  $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::date[], $7::date[], $8::date[], $9::text[],
  $10::jsonb[], $11::jsonb[], $12::jsonb[], $13::timestamptz[], $14::uuid[]
)
ON CONFLICT (id) DO UPDATE SET
  swimmer_name_display = excluded.swimmer_name_display, meet_name = excluded.meet_name,
  session_date = excluded.session_date, meet_date_start = excluded.meet_date_start,
  meet_date_end = excluded.meet_date_end, venue = excluded.venue, events = excluded.events,
  warnings = excluded.warnings, timeline = excluded.timeline, created_at = excluded.created_at,
  message_id = excluded.message_id
WHERE (excluded.created_at, excluded.message_id) < (r.created_at, r.message_id)
