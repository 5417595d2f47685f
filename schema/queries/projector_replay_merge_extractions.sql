-- Of the rows of an extraction from several ranges the earliest is kept, as in projector_upsert_extractions.
DELETE FROM extraction_results WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM (
    SELECT ctid, row_number() OVER (PARTITION BY id ORDER BY created_at, message_id) AS place FROM extraction_results
    WHERE id IN (SELECT id FROM extraction_results GROUP BY id HAVING count(*) > 1)
  ) ranked WHERE place > 1
))
