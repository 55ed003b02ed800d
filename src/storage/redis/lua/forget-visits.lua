-- Takes chats off the list of those that know the session.
--
-- KEYS user: visits
-- ARGV: ...
--   their places
-- result: nothing

if #rest > 0 then redis.call('ZREM', visits, unpack(rest)) end
