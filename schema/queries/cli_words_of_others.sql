-- What batches besides these say that may name somebody else: file names, and warnings with their near names.
SELECT j.batch_id, coalesce(j.filename, '') AS filename, coalesce(r.warnings, '[]') AS warnings
FROM batch_jobs j
LEFT JOIN extraction_results r ON r.id = j.extraction_id
WHERE j.batch_id <> ALL($1::uuid[]) AND (j.filename IS NOT NULL OR r.warnings <> '[]')
ORDER BY j.batch_id
