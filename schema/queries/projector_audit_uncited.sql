-- Those of these messages that are no job.completed whose data is there.
SELECT cited.id FROM unnest($1::uuid[]) AS cited(id)
WHERE NOT EXISTS (
  SELECT FROM batch_events e WHERE e.message_id = cited.id AND e.type = 'job.completed' AND e.data IS NOT NULL
)
