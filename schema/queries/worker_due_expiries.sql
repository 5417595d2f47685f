-- Batches whose time is over, the longest first; $1 has been told of already.
SELECT id FROM processing_batches
WHERE expires_at < now() AND id <> ALL($1::uuid[])
ORDER BY expires_at
LIMIT $2
