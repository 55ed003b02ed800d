-- Counts what a handle has posted, in chats that are open.
--
-- KEYS server: chats reported totals recent unreported
-- ARGV: #oldest_bucket ...
--   five for each: chat, kept messages, last seq, bucket of time, and the mark to take off or empty
-- result: nothing
-- include: text count

for index = 1, #rest, 5 do
  local chat, kept, last = rest[index], tonumber(rest[index + 1]), tonumber(rest[index + 2])
  if last > 0 and redis.call('ZSCORE', chats, chat) then count(chat, kept, last, tonumber(rest[index + 3]), oldest_bucket) end
  if rest[index + 4] ~= '' then redis.call('ZREM', unreported, rest[index + 4]) end
end
