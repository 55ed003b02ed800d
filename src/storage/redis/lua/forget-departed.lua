-- Crosses off users and chats after whom everything was cleared up.
--
-- KEYS server: departed closed
-- ARGV: #user_count ...
--   the users, as many as user_count, and then places of chats
-- result: nothing

for index, member in ipairs(rest) do redis.call('ZREM', index <= user_count and departed or closed, member) end
