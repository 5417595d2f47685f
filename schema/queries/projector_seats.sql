-- Each session that shares the partitions, by name: what it holds, and how long it has asked nothing.
-- Another user's sessions do not show that, and count as alive.
SELECT
  locks.pid,
  a.application_name AS name,
  coalesce(extract(epoch FROM clock_timestamp() - a.state_change), 0)::float8 AS silent_seconds,
  locks.told,
  locks.holds
FROM (
  SELECT
    pid,
    max(objid::int8) FILTER (WHERE classid = $1::int8) AS told,
    coalesce(array_agg(objid::int8) FILTER (WHERE classid = $2::int8), '{}') AS holds
  FROM pg_locks
  WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid IN ($1::int8, $2::int8)
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  GROUP BY pid
) locks
JOIN pg_stat_activity a USING (pid)
ORDER BY a.application_name COLLATE "C", locks.pid
