-- The chats that know a live session, most recently created first.
--
-- KEYS user: session visits
-- ARGV: #now before #limit
--   before: '+', or '(' and the place that the list follows
-- result: places; none if the session is over
-- include: session

if not live_session() then return {} end
return redis.call('ZREVRANGEBYLEX', visits, before, '-', 'LIMIT', 0, limit)
