-- Moves the deadline of a session whose user has posted.
--
-- KEYS user: session chats
-- ARGV: #now #grace_ms
-- result: {'live'} | {'over'}
-- include: text session deadline
-- flags: allow-oom

local live = live_session()
if not live then return { 'over' } end
if now > live.active_at then store_deadline(now, live.ttl_ms, grace_ms) end
return { 'live' }
