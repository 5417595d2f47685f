-- Statements that give tables of schema $2 all that those of schema $1 have beside their columns, and they lack. The
-- search path must be $1, so that a foreign key names its table without a schema.
WITH live AS (
  SELECT c.oid, c.relname, c.reloptions, c.relacl, c.relowner,
    format(' ON %I.%I ', $1::text, c.relname) AS here, format(' ON %I.%I ', $2::text, c.relname) AS there,
    format('ALTER TABLE %I.%I ', $2, c.relname) AS change, format('%I.%I', $2, c.relname)::regclass AS target
  FROM pg_class c WHERE c.relnamespace = $1::regnamespace AND c.relname = ANY($3::text[])
)
SELECT live.relname AS table, 1 AS stage, change || format('ADD CONSTRAINT %I ', k.conname) || pg_get_constraintdef(k.oid)
  AS statement
FROM live JOIN pg_constraint k ON k.conrelid = live.oid AND k.contype IN ('p', 'u', 'x')
WHERE NOT EXISTS (SELECT FROM pg_constraint t WHERE t.conrelid = target AND t.conname = k.conname)
UNION ALL
SELECT live.relname, 1, replace(pg_get_indexdef(i.indexrelid), here, there)
FROM live JOIN pg_index i ON i.indrelid = live.oid JOIN pg_class n ON n.oid = i.indexrelid
WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.conrelid = live.oid)
  AND NOT EXISTS (SELECT FROM pg_class t WHERE t.relnamespace = $2::regnamespace AND t.relname = n.relname)
UNION ALL
SELECT live.relname, 2, change || format('ADD CONSTRAINT %I ', k.conname) || pg_get_constraintdef(k.oid)
FROM live JOIN pg_constraint k ON k.conrelid = live.oid AND k.contype = 'f'
WHERE NOT EXISTS (SELECT FROM pg_constraint t WHERE t.conrelid = target AND t.conname = k.conname)
UNION ALL
SELECT live.relname, 3, replace(pg_get_triggerdef(g.oid), here, there)
FROM live JOIN pg_trigger g ON g.tgrelid = live.oid AND NOT g.tgisinternal
WHERE NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = target AND t.tgname = g.tgname)
UNION ALL
SELECT live.relname, 3, change || format('SET (%s)', array_to_string(reloptions, ', ')) FROM live WHERE reloptions <> '{}'
UNION ALL
SELECT live.relname, 3, change || format('OWNER TO %I', pg_get_userbyid(relowner)) FROM live
UNION ALL
SELECT live.relname, 4, format('GRANT %s', privilege_type) || there
  || format('TO %s', CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
  || CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
FROM live, aclexplode(relacl)
UNION ALL
SELECT live.relname, 4, format('GRANT %s (%I)', x.privilege_type, a.attname) || there
  || format('TO %s', CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END)
  || CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
FROM live JOIN pg_attribute a ON a.attrelid = live.oid AND NOT a.attisdropped, aclexplode(a.attacl) x
ORDER BY stage
