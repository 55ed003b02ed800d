-- Frees the places of sessions that are over, and has what they leave cleared up.
--
-- KEYS server: sessions session_ids departed
-- ARGV: #now ...
--   users
-- result: nothing
-- include: text
-- flags: allow-oom

for _, user in ipairs(rest) do
  redis.call('ZREM', sessions, user)
  redis.call('ZREM', session_ids, user)
  redis.call('ZADD', departed, text(now), user)
end
