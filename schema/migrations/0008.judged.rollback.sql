DROP INDEX idx_set_aside_message;
