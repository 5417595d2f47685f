SELECT fingerprint FROM set_aside_events WHERE fingerprint = ANY($1::bytea[])
