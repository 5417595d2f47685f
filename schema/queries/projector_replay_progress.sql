SELECT count(*) AS ranges, count(events) AS done, coalesce(sum(events), 0)::bigint AS events,
  coalesce(sum(unchanged), 0)::bigint AS unchanged
FROM replay_ranges
