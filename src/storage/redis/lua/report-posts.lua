-- Counts what a handle has posted, in chats that are open.
--
-- KEYS server: chats reported totals recent unreported
-- ARGV: #oldest_bucket ...
--   six for each: chat, kept messages, last seq or 0, bucket of time, a mark or empty, and its new time or empty to take it off
-- result: nothing
-- include: text count
-- flags: allow-oom

for index = 1, #rest, 6 do
  local chat, kept, last = rest[index], tonumber(rest[index + 1]), tonumber(rest[index + 2])
  local mark, marked_at = rest[index + 4], rest[index + 5]
  if last > 0 and redis.call('ZSCORE', chats, chat) then count(chat, kept, last, tonumber(rest[index + 3]), oldest_bucket) end
  if mark ~= '' and marked_at ~= '' then
    redis.call('ZADD', unreported, marked_at, mark)
  elseif mark ~= '' then
    redis.call('ZREM', unreported, mark)
  end
end
