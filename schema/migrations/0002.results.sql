-- depends: 0001.roles
CREATE TABLE pdf_files (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  checksum VARCHAR(32) NOT NULL UNIQUE,
  source_url TEXT,
  filename VARCHAR(255),
  file_size_bytes BIGINT,
  openai_file_id VARCHAR(255),
  openai_file_expires_at TIMESTAMPTZ,
  created_at TIMESTAMPTZ DEFAULT NOW(),
  last_accessed_at TIMESTAMPTZ DEFAULT NOW()
);

CREATE TABLE extraction_results (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  pdf_id UUID NOT NULL REFERENCES pdf_files(id) ON DELETE CASCADE,
  swimmer_name_normalized VARCHAR(255) NOT NULL,
  swimmer_name_display VARCHAR(255) NOT NULL,
  meet_name VARCHAR(500),
  session_date DATE,
  meet_date_start DATE,
  meet_date_end DATE,
  venue VARCHAR(500),
  events JSONB NOT NULL DEFAULT '[]',
  warnings JSONB NOT NULL DEFAULT '[]',
  created_at TIMESTAMPTZ DEFAULT NOW(),
  -- the job.completed that this row is from: with created_at it says which of two is the earlier
  message_id UUID NOT NULL,
  UNIQUE (pdf_id, swimmer_name_normalized)
);

CREATE TABLE result_links (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  short_code VARCHAR(12) NOT NULL UNIQUE,
  extraction_id UUID NOT NULL REFERENCES extraction_results(id) ON DELETE CASCADE,
  view_count INTEGER DEFAULT 0,
  expires_at TIMESTAMPTZ,
  created_at TIMESTAMPTZ DEFAULT NOW()
);
CREATE INDEX idx_links_extraction ON result_links(extraction_id);

GRANT SELECT ON pdf_files, extraction_results, result_links TO heatstream_api, heatstream_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON pdf_files, extraction_results, result_links TO heatstream_projector;
