SELECT now(), count(*) FILTER (WHERE event_id = 1), count(*) FROM batch_events
