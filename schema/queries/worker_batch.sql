SELECT e.version, e.data, b.status, b.notification_email
FROM batch_events e
LEFT JOIN processing_batches b ON b.id = e.batch_id
WHERE e.batch_id = $1 AND e.event_id = 1
