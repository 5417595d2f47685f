-- Rows of results that no job refers to.
SELECT 'result_links', l.id FROM result_links l WHERE NOT EXISTS (SELECT FROM batch_jobs j WHERE j.id = l.id)
UNION ALL
SELECT 'extraction_results', r.id FROM extraction_results r
WHERE NOT EXISTS (SELECT FROM batch_jobs j WHERE j.extraction_id = r.id)
