-- Rows of a file from several ranges become one, by the rule of projector_upsert_pdfs.
WITH twice AS (
  SELECT id FROM pdf_files GROUP BY id HAVING count(*) > 1
), taken AS (
  DELETE FROM pdf_files WHERE id IN (SELECT id FROM twice) RETURNING *
), described AS (
  SELECT DISTINCT ON (id) id, checksum, source_url, filename, file_size_bytes FROM taken
  ORDER BY id, created_at, source_url COLLATE "C" NULLS FIRST, filename COLLATE "C" NULLS FIRST, file_size_bytes
), uploaded AS (
  SELECT DISTINCT ON (id) id, openai_file_id, openai_file_expires_at FROM taken
  ORDER BY id, openai_file_expires_at DESC NULLS LAST, openai_file_id COLLATE "C" DESC
), used AS (
  SELECT id, min(created_at) AS created_at, max(last_accessed_at) AS last_accessed_at FROM taken GROUP BY id
)
INSERT INTO pdf_files (
  id, checksum, source_url, filename, file_size_bytes, created_at, last_accessed_at, openai_file_id,
  openai_file_expires_at
)
SELECT id, checksum, source_url, filename, file_size_bytes, created_at, last_accessed_at, openai_file_id,
  openai_file_expires_at
FROM described JOIN uploaded USING (id) JOIN used USING (id)
