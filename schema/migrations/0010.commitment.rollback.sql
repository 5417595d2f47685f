DROP INDEX idx_events_recorded;
ALTER TABLE batch_events DROP COLUMN commitment;
