-- Takes note that the user is opening a chat, which counts against the user's limit from now on. Changes nothing of the session.
--
-- KEYS user: session chats opening
-- ARGV: #now chat #max_chats #opening_since
--   opening_since: chats whose opening began then or before have been given up
-- result: {'announced', expiresAt, ttlMs, name} | {'over'} | {'full'}
-- include: text session

local live = live_session()
if not live then return { 'over' } end
local count = redis.call('ZCOUNT', chats, '(' .. text(now), '+inf') + redis.call('ZCOUNT', opening, '(' .. text(opening_since), '+inf')
if max_chats > 0 and count >= max_chats then return { 'full' } end
redis.call('ZADD', opening, text(now), chat)
redis.call('ZREMRANGEBYSCORE', opening, '-inf', text(opening_since))
return { 'announced', text(live.expires_at), text(live.ttl_ms), live.name }
