-- depends: 0007.redriven
-- A swimmer's readings, to find a later one of the same link.
CREATE INDEX idx_extractions_swimmer ON extraction_results(swimmer_name_normalized);
