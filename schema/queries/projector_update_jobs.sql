-- What can change of a job; to offer whole rows as new ones first takes a quarter longer.
UPDATE batch_jobs j SET
  file_checksum = v.file_checksum, status = v.status, stage = v.stage, stage_step = v.stage_step,
  progress_message = v.progress_message, extraction_id = v.extraction_id, result_code = v.result_code,
  error_message = v.error_message, error_code = v.error_code, retry_count = v.retry_count, cached = v.cached,
  started_at = v.started_at, completed_at = v.completed_at
FROM unnest(
  $1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::text[], $7::uuid[], $8::text[], $9::text[],
  $10::text[], $11::int[], $12::bool[], $13::timestamptz[], $14::timestamptz[]
) AS v(
  id, file_checksum, status, stage, stage_step, progress_message, extraction_id, result_code, error_message, error_code,
  retry_count, cached, started_at, completed_at
)
WHERE j.id = v.id
