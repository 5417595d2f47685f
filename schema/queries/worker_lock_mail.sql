-- Held by the session: one sender of a batch's mail at a time, all workers together. False where another has it.
SELECT pg_try_advisory_lock(hashtextextended('mail ' || $1::text, 0))
