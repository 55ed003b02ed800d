-- Puts a chat that was opened in its lists, unless it has closed since, and crosses its opening off.
--
-- KEYS server: chats listed by_age journal
-- ARGV: chat place is_listed intent
-- result: nothing
-- flags: allow-oom

if redis.call('ZSCORE', chats, chat) then
  redis.call('ZADD', by_age, 0, place)
  if is_listed ~= '' then redis.call('ZADD', listed, 0, place) end
end
redis.call('ZREM', journal, intent)
