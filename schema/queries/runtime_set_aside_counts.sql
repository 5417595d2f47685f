SELECT
  reason, count(*) AS rows, sum(times) AS times,
  count(*) FILTER (WHERE times > retried_times AND body IS NOT NULL) AS open
FROM set_aside_events
GROUP BY reason
ORDER BY reason
