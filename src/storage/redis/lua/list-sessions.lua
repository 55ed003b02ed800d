-- Users whose sessions have a place, by id, the greatest first.
--
-- KEYS server: session_ids
-- ARGV: before #limit
--   before: '+', or '(' and the user that the list follows
-- result: users, one more than the limit if there are more

return redis.call('ZREVRANGEBYLEX', session_ids, before, '-', 'LIMIT', 0, limit + 1)
