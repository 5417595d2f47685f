-- Order does not matter: the earliest sighting describes the file, the latest dates its use, and of its uploads to an AI
-- provider the one that lasts longest is kept.
INSERT INTO pdf_files AS p (
  id, checksum, source_url, filename, file_size_bytes, created_at, last_accessed_at, openai_file_id,
  openai_file_expires_at
)
SELECT * FROM unnest(
  $1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::timestamptz[], $7::timestamptz[], $8::text[],
  $9::timestamptz[]
)
ON CONFLICT (checksum) DO UPDATE SET
  (source_url, filename, file_size_bytes) = (
    SELECT url, name, size FROM (VALUES
      (p.created_at, p.source_url, p.filename, p.file_size_bytes),
      (excluded.created_at, excluded.source_url, excluded.filename, excluded.file_size_bytes)
    ) sighting(at, url, name, size)
    ORDER BY at, url COLLATE "C" NULLS FIRST, name COLLATE "C" NULLS FIRST, size LIMIT 1
  ),
  created_at = least(p.created_at, excluded.created_at),
  last_accessed_at = greatest(p.last_accessed_at, excluded.last_accessed_at),
  openai_file_id = CASE
    WHEN (excluded.openai_file_expires_at, excluded.openai_file_id COLLATE "C")
      > (coalesce(p.openai_file_expires_at, '-infinity'), coalesce(p.openai_file_id, '')) THEN excluded.openai_file_id
    ELSE p.openai_file_id
  END,
  openai_file_expires_at = greatest(p.openai_file_expires_at, excluded.openai_file_expires_at)
