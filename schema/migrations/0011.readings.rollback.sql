DROP INDEX idx_extractions_swimmer;
