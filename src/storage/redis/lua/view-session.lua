-- A session as an operator sees it.
--
-- KEYS user: session chats
-- ARGV: #now
-- result: {'session', name, createdAt, expiresAt, open chats} | {'over'}
-- include: text

local found = redis.call('HMGET', session, 'name', 'createdAt', 'expiresAt')
if not found[1] or now >= tonumber(found[3]) then return { 'over' } end
return { 'session', found[1], found[2], found[3], redis.call('ZCOUNT', chats, '(' .. text(now), '+inf') }
