-- Held by the session: one reader of a sheet at a time, all workers together.
SELECT pg_advisory_lock(('x' || left($1, 16))::bit(64)::bigint)
