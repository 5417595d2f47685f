-- A set-aside is open again once it was set aside more often than when it was last retried.
UPDATE set_aside_events s SET retried_at = now(), retried_times = greatest(s.retried_times, v.times)
FROM (SELECT fingerprint, max(times) AS times FROM unnest($1::bytea[], $2::int[]) AS r(fingerprint, times) GROUP BY 1) v
WHERE s.fingerprint = v.fingerprint
