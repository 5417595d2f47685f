-- A range that nobody has done or is at.
SELECT number, first_batch, last_batch, until_at, until_batch, until_event
FROM replay_ranges, replay_run WHERE events IS NULL ORDER BY number LIMIT 1 FOR UPDATE OF replay_ranges SKIP LOCKED
