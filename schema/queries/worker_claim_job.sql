-- Held by the session, once whoever else has the job is through with it.
SELECT pg_advisory_lock($1, $2)
