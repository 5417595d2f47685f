-- All sessions of a process, those too that hold rows in a transaction which nobody will end.
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()
