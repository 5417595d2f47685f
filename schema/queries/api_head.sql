SELECT status, last_event_id FROM processing_batches WHERE id = $1
