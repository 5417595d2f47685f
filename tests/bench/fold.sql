-- What `made_log` says, folded wholly in SQL: a statement a table, in the order of their cost. It knows no retry, no
-- cancel and no event that comes twice, so it has less to do than the fold of the projector.
INSERT INTO extraction_results (
  id, pdf_id, swimmer_name_normalized, swimmer_name_display, meet_name, session_date, meet_date_start, meet_date_end,
  venue, events, warnings, timeline, created_at, message_id
)
SELECT uuid_generate_v5(:namespace, format('extraction:%s:%s', data ->> 'file_checksum', data ->> 'swimmer_name_normalized')),
  uuid_generate_v5(:namespace, 'pdf:' || (data ->> 'file_checksum')), data ->> 'swimmer_name_normalized',
  said ->> 'swimmer_name', said ->> 'meet_name', (said ->> 'session_date')::date, (said ->> 'meet_date_start')::date,
  (said ->> 'meet_date_end')::date, said ->> 'venue', said -> 'events', said -> 'warnings', said -> 'timeline',
  occurred_at, message_id
FROM batch_events, LATERAL (SELECT data -> 'extraction' AS said) found WHERE type = 'job.completed';

INSERT INTO batch_jobs (
  id, batch_id, sequence, source_type, source_url, filename, file_checksum, status, stage, stage_step,
  progress_message, extraction_id, result_code, cached, created_at, started_at, completed_at
)
SELECT j.job_id, s.batch_id, j.sequence, j.source ->> 'source_type', j.source ->> 'url', j.source ->> 'filename',
  coalesce(last.data ->> 'file_checksum', j.source ->> 'checksum'),
  CASE last.type WHEN 'job.completed' THEN 'completed' WHEN 'job.stage_entered' THEN 'processing' ELSE 'pending' END,
  CASE last.type WHEN 'job.completed' THEN 'done' ELSE coalesce(last.data ->> 'stage', 'queued') END,
  coalesce(spoken.step, 0), last.data ->> 'message',
  CASE last.type WHEN 'job.completed' THEN uuid_generate_v5(
    :namespace, format('extraction:%s:%s', last.data ->> 'file_checksum', last.data ->> 'swimmer_name_normalized')
  ) END,
  last.data ->> 'result_code', coalesce((last.data ->> 'cached')::boolean, false), s.occurred_at, spoken.started_at,
  CASE last.type WHEN 'job.completed' THEN last.occurred_at END
FROM batch_events s
CROSS JOIN LATERAL jsonb_to_recordset(s.data -> 'jobs') AS j(job_id uuid, sequence int, source jsonb)
LEFT JOIN (
  SELECT batch_id, data ->> 'job_id' AS job_id, min(occurred_at) AS started_at, max(event_id) AS event_id,
    max(array_position(
      ARRAY['downloading', 'uploading_to_ai', 'extracting', 'caching', 'done'], data ->> 'stage'
    )) AS step
  FROM batch_events WHERE type IN ('job.stage_entered', 'job.completed') GROUP BY 1, 2
) spoken ON spoken.job_id = j.job_id::text
LEFT JOIN batch_events last ON last.batch_id = spoken.batch_id AND last.event_id = spoken.event_id
WHERE s.type = 'batch.submitted';

INSERT INTO pdf_files (id, checksum, source_url, filename, file_size_bytes, created_at, last_accessed_at)
SELECT uuid_generate_v5(:namespace, 'pdf:' || (e.data ->> 'file_checksum')), e.data ->> 'file_checksum',
  j.source ->> 'url', j.source ->> 'filename', (e.data ->> 'file_size_bytes')::bigint, e.occurred_at, e.occurred_at
FROM batch_events e
JOIN (
  SELECT j.* FROM batch_events s
  CROSS JOIN LATERAL jsonb_to_recordset(s.data -> 'jobs') AS j(job_id text, source jsonb)
  WHERE s.type = 'batch.submitted'
) j ON j.job_id = e.data ->> 'job_id'
WHERE e.type = 'job.completed';

INSERT INTO result_links (id, short_code, extraction_id, expires_at, created_at)
SELECT (e.data ->> 'job_id')::uuid, e.data ->> 'result_code', uuid_generate_v5(
    :namespace, format('extraction:%s:%s', e.data ->> 'file_checksum', e.data ->> 'swimmer_name_normalized')
  ), s.occurred_at + INTERVAL '30 days', e.occurred_at
FROM batch_events e JOIN batch_events s ON s.batch_id = e.batch_id AND s.event_id = 1
WHERE e.type = 'job.completed';

INSERT INTO processing_batches (
  id, swimmer_name, total_pdfs, completed_pdfs, failed_pdfs, status, created_at, started_at, completed_at, expires_at,
  client_ip, last_event_id, notification_email, notification_requested_at
)
SELECT batch_id, max(data ->> 'swimmer_name'), max(jsonb_array_length(data -> 'jobs')),
  count(*) FILTER (WHERE type = 'job.completed'), 0,
  coalesce(
    max(data ->> 'status') FILTER (WHERE type = 'batch.completed'),
    CASE WHEN bool_or(type = 'batch.started') THEN 'processing' ELSE 'pending' END
  ),
  min(occurred_at) FILTER (WHERE event_id = 1), min(occurred_at) FILTER (WHERE type = 'batch.started'),
  max(occurred_at) FILTER (WHERE type = 'batch.completed'),
  min(occurred_at) FILTER (WHERE event_id = 1) + INTERVAL '30 days', max(data ->> 'client_ip'), max(event_id),
  max(data ->> 'notification_email'), min(occurred_at) FILTER (WHERE data ? 'notification_email')
FROM batch_events GROUP BY batch_id;
