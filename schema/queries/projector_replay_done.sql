UPDATE replay_ranges SET events = $2, unchanged = $3 WHERE number = $1
