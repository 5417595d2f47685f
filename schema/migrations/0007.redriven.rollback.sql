ALTER TABLE processing_batches DROP COLUMN redriven_at;
