SELECT DISTINCT batch_id FROM batch_jobs WHERE file_checksum = ANY($1::text[]) AND batch_id <> ALL($2::uuid[])
