DROP FUNCTION erase_batch(UUID);
DROP TABLE set_aside_events;
DROP TABLE batch_events;
DROP FUNCTION refuse_change_of_log();
