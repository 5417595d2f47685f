SELECT id FROM processing_batches WHERE id = ANY($1::uuid[])
