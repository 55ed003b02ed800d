-- Lists a chat that was opened, unless it has closed since, and crosses its opening off.
--
-- KEYS server: chats listed journal
-- ARGV: chat place is_listed intent
-- result: nothing
-- flags: allow-oom

if is_listed ~= '' and redis.call('ZSCORE', chats, chat) then redis.call('ZADD', listed, 0, place) end
redis.call('ZREM', journal, intent)
