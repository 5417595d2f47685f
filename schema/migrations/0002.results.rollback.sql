DROP TABLE result_links;
DROP TABLE extraction_results;
DROP TABLE pdf_files;
