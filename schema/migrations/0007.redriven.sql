-- depends: 0006.steps
-- When a dead letter of the batch was last put back: a redrive that is told again, late, is recognised by it.
ALTER TABLE processing_batches ADD COLUMN redriven_at TIMESTAMPTZ;
