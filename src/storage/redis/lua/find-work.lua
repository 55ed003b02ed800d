-- What house-keeping has to do, the most urgent first, at most `limit` in all. What was broken off is taken: others leave it for a while.
--
-- KEYS server: sessions chats journal unreported departed closed
-- ARGV: #now #limit #retake_at #unreported_before
-- result: {due chats, due users, broken off intents, marks of unreported posts, departed users, places of closed chats}
-- include: text
-- flags: allow-oom

local left = limit
local function some(key, latest)
  if left == 0 then return {} end
  local found = redis.call('ZRANGEBYSCORE', key, '-inf', text(latest), 'LIMIT', 0, left)
  left = left - #found
  return found
end

local work = { some(chats, now), some(sessions, now), some(journal, now), some(unreported, unreported_before) }
for _, intent in ipairs(work[3]) do redis.call('ZADD', journal, text(retake_at), intent) end
work[5] = some(departed, now)
work[6] = some(closed, now)
return work
