SELECT
  p.file_size_bytes, r.swimmer_name_display, r.meet_name, r.session_date, r.meet_date_start, r.meet_date_end, r.venue,
  r.events, r.warnings, r.timeline
FROM extraction_results r
JOIN pdf_files p ON p.id = r.pdf_id
WHERE p.checksum = $1 AND r.swimmer_name_normalized = $2 AND p.file_size_bytes IS NOT NULL
