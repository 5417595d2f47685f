SELECT batch_id, sequence FROM batch_jobs WHERE id = $1
