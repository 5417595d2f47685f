-- A code leads to one result: of two jobs that claim it, to that of the earlier.
DELETE FROM result_links WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM (
    SELECT ctid, row_number() OVER (PARTITION BY short_code ORDER BY created_at, id) AS place FROM result_links
    WHERE short_code IN (SELECT short_code FROM result_links GROUP BY short_code HAVING count(*) > 1)
  ) ranked WHERE place > 1
))
