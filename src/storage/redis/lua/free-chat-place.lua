-- Frees the place of a chat that has closed or was never made, counts what it came to, and crosses off why this is done.
-- Done twice, it is done once.
--
-- KEYS server: chats listed by_age journal reported totals recent closed
-- ARGV: #now chat place intent #last_seq #bucket #oldest_bucket #visitors
--   last_seq: 0 if that is not known any more
--   visitors: how many are to be told at their homes that the chat is gone
-- result: nothing
-- include: text count
-- flags: allow-oom

if redis.call('ZREM', chats, chat) == 1 then
  redis.call('ZREM', listed, place)
  redis.call('ZREM', by_age, place)
  count(chat, nil, last_seq, bucket, oldest_bucket)
  if visitors > 0 then redis.call('ZADD', closed, text(now), place) end
end
if intent ~= '' then redis.call('ZREM', journal, intent) end
