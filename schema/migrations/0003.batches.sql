-- depends: 0002.results
CREATE TABLE processing_batches (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  swimmer_name VARCHAR(255) NOT NULL,
  total_pdfs INTEGER NOT NULL,
  completed_pdfs INTEGER DEFAULT 0,
  failed_pdfs INTEGER DEFAULT 0,
  status VARCHAR(20) DEFAULT 'pending',
  created_at TIMESTAMPTZ DEFAULT NOW(),
  started_at TIMESTAMPTZ,
  completed_at TIMESTAMPTZ,
  expires_at TIMESTAMPTZ DEFAULT NOW() + INTERVAL '30 days',
  client_ip VARCHAR(45),
  last_event_id INTEGER DEFAULT 0,
  notification_email VARCHAR(255),
  notification_sent_at TIMESTAMPTZ,
  -- when the newest address was given: a request that arrives again, late, is recognised by it
  notification_requested_at TIMESTAMPTZ
);
CREATE INDEX idx_batches_status ON processing_batches(status);
CREATE INDEX idx_batches_created ON processing_batches(created_at);
CREATE INDEX idx_batches_expires ON processing_batches(expires_at);

CREATE TABLE batch_jobs (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  batch_id UUID NOT NULL REFERENCES processing_batches(id) ON DELETE CASCADE,
  sequence INTEGER NOT NULL,
  source_type VARCHAR(10) NOT NULL,
  source_url TEXT,
  filename VARCHAR(255),
  file_checksum VARCHAR(32),
  status VARCHAR(20) DEFAULT 'pending',
  stage VARCHAR(30),
  progress_message TEXT,
  extraction_id UUID REFERENCES extraction_results(id),
  result_code VARCHAR(12),
  error_message TEXT,
  error_code VARCHAR(30),
  retry_count INTEGER DEFAULT 0,
  cached BOOLEAN DEFAULT false,
  created_at TIMESTAMPTZ DEFAULT NOW(),
  started_at TIMESTAMPTZ,
  completed_at TIMESTAMPTZ
);
CREATE INDEX idx_jobs_batch ON batch_jobs(batch_id, sequence);
CREATE INDEX idx_jobs_status ON batch_jobs(status) WHERE status IN ('pending', 'processing');
CREATE INDEX idx_jobs_checksum ON batch_jobs(file_checksum) WHERE file_checksum IS NOT NULL;
-- an extraction is deleted when no job refers to it any more
CREATE INDEX idx_jobs_extraction ON batch_jobs(extraction_id) WHERE extraction_id IS NOT NULL;

GRANT SELECT ON processing_batches, batch_jobs TO heatstream_api, heatstream_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON processing_batches, batch_jobs TO heatstream_projector;
