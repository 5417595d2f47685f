-- The jobs of a batch that was not there before.
INSERT INTO batch_jobs (
  id, batch_id, sequence, source_type, source_url, filename, file_checksum, status, stage, stage_step,
  progress_message, extraction_id, result_code, error_message, error_code, retry_count, cached, created_at, started_at, completed_at
)
SELECT * FROM unnest(
  $1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
  $10::int[], $11::text[], $12::uuid[], $13::text[], $14::text[], $15::text[], $16::int[], $17::bool[],
  $18::timestamptz[], $19::timestamptz[], $20::timestamptz[]
)
