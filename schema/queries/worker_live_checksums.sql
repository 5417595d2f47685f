-- Which of these sheets a live batch refers to: the rows of an expired one are erased.
SELECT DISTINCT file_checksum FROM batch_jobs WHERE file_checksum = ANY($1::text[])
