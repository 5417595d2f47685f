-- The session claims job $2 of batch $1 (numbers; $3 is its id): true, or false where another has it. NULL, and no
-- claim, where $4 of the batch's jobs are claimed already while one of another batch waits. One look at a batch at a
-- time, or two at once would both be too many; what a LATERAL refers to is there before it.
WITH alone AS MATERIALIZED (SELECT pg_advisory_xact_lock($1, 0)::text AS held),
crowd AS MATERIALIZED (
  SELECT claimed.jobs FROM alone, LATERAL (
    SELECT count(*) AS jobs FROM pg_locks
    WHERE alone.held IS NOT NULL AND locktype = 'advisory' AND granted AND objsubid = 2 AND objid <> 0
      AND classid::bigint = $1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  ) AS claimed
)
SELECT CASE
  WHEN jobs < $4 OR NOT EXISTS (SELECT FROM batch_jobs WHERE status = 'pending' AND batch_id <> $3)
  THEN pg_try_advisory_lock($1, $2)
END FROM crowd
