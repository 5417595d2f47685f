INSERT INTO result_links (id, short_code, extraction_id, expires_at, created_at)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[], $5::timestamptz[])
ON CONFLICT DO NOTHING
