-- Rows that a table of two schemas does not have alike, byte for byte; no columns where only one has the row.
SELECT coalesce(l.id, r.id) AS id, l.id IS NOT NULL AS live, r.id IS NOT NULL AS replayed, count(*) OVER () AS all_rows,
  ARRAY(
    SELECT key FROM jsonb_each(to_jsonb(l)) a(key, one) JOIN jsonb_each(to_jsonb(r)) b(key, other) USING (key)
    WHERE one IS DISTINCT FROM other ORDER BY key
  ) AS columns
FROM {live} l FULL JOIN {replayed} r ON l.id = r.id
WHERE l.id IS NULL OR r.id IS NULL OR l *<> r
ORDER BY 1 LIMIT $1
