-- The figures of the server, and who has come due: until they were looked at, the figures may be wrong by them.
--
-- KEYS server: sessions chats totals recent
-- ARGV: #now #oldest_bucket #due_limit
-- result: {users, chats, messages, messages of the last hour, due users, due chats}
-- include: text

local over = text(now)
local last_hour = 0
local buckets = redis.call('HGETALL', recent)
for index = 1, #buckets, 2 do
  if tonumber(buckets[index]) >= oldest_bucket then last_hour = last_hour + tonumber(buckets[index + 1]) end
end
return {
  redis.call('ZCOUNT', sessions, '(' .. over, '+inf'),
  redis.call('ZCOUNT', chats, '(' .. over, '+inf'),
  redis.call('HGET', totals, 'messages') or '0',
  text(last_hour),
  redis.call('ZRANGEBYSCORE', sessions, '-inf', over, 'LIMIT', 0, due_limit),
  redis.call('ZRANGEBYSCORE', chats, '-inf', over, 'LIMIT', 0, due_limit),
}
