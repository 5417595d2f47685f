SELECT * FROM batch_jobs WHERE batch_id = ANY($1::uuid[]) ORDER BY batch_id, sequence
