DROP TABLE batch_jobs;
DROP TABLE processing_batches;
