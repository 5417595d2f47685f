SELECT id, swimmer_name FROM processing_batches
