-- Takes a chat from its creator: closed, which moves the session's deadline, or never made. Done twice, it is done once.
--
-- KEYS user: session chats opening visits wake
-- ARGV: #now chat place #closed_at #grace_ms
--   closed_at: empty for a chat that was never made
-- result: nothing
-- include: text deadline
-- flags: allow-oom

redis.call('ZREM', opening, chat)
redis.call('ZREM', visits, place)
if redis.call('ZREM', chats, chat) == 0 or not closed_at then return end
local found = redis.call('HMGET', session, 'expiresAt', 'ttlMs', 'activeAt')
if not found[1] then return end
local expires_at = store_deadline(math.max(tonumber(found[3]), closed_at), tonumber(found[2]), grace_ms)
if expires_at < tonumber(found[1]) then redis.call('SPUBLISH', wake, '') end
