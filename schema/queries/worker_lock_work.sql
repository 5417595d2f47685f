-- Held by the session: one worker at a time reads a sheet, or works on a job.
SELECT pg_advisory_lock(('x' || left($1, 16))::bit(64)::bigint)
