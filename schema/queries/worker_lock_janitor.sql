-- Held by the session: one janitor at a time. Two numbers, which never meet the locks of sheets, whose key is one.
SELECT pg_try_advisory_lock(1212498244, 1)
