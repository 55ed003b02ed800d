-- Says whether the session is live and for how long, and takes note of the chat that will know it from now on.
--
-- KEYS user: session visits
-- ARGV: #now place
--   place: the chat's place in the order of creation, or empty to take note of none
-- result: {'live', expiresAt, ttlMs, name} | {'over'}
-- include: text session
-- flags: allow-oom

local live = live_session()
if not live then return { 'over' } end
if place ~= '' then redis.call('ZADD', visits, 0, place) end
return { 'live', text(live.expires_at), text(live.ttl_ms), live.name }
