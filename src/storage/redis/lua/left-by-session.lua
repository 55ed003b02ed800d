-- Crosses off what was cleared up after an ended session, and names what is next.
--
-- KEYS user: session chats opening visits
-- ARGV: #limit #chat_count ...
--   the chats, as many as chat_count, and then the places of the visits that were cleared up
-- result: {chats, places of visits}; nothing for a session that lives
-- include: text

if redis.call('EXISTS', session) == 1 then return { {}, {} } end
for index, member in ipairs(rest) do redis.call('ZREM', index <= chat_count and chats or visits, member) end
redis.call('UNLINK', opening)
local next_chats = redis.call('ZRANGE', chats, 0, limit - 1)
local left = limit - #next_chats
return { next_chats, left > 0 and redis.call('ZRANGE', visits, 0, left - 1) or {} }
