-- What goes with each of these batches, the oldest first.
SELECT
  b.id AS batch_id, b.swimmer_name, b.status, b.created_at, b.total_pdfs AS sheets, b.last_event_id AS events,
  (SELECT count(*) FROM result_links l JOIN batch_jobs j ON j.id = l.id WHERE j.batch_id = b.id) AS links,
  (SELECT count(*) FROM set_aside_events s WHERE s.batch_id = b.id AND s.body IS NOT NULL) AS set_aside
FROM processing_batches b
WHERE b.id = ANY($1::uuid[])
ORDER BY b.created_at, b.id
