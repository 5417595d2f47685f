-- depends: 0004.log
-- What a session report or a timeline says of the meet's events; empty for every other sheet.
ALTER TABLE extraction_results ADD COLUMN timeline JSONB NOT NULL DEFAULT '[]';
