-- Takes note of what the homes of sessions have said: leases move on, and users whose sessions are over leave the chat.
--
-- KEYS chat: positions active visitors leases
-- ARGV: ...
--   two for each user: id and lease, which is empty if the session is over
-- result: nothing
-- flags: allow-oom

for index = 1, #rest, 2 do
  local user, lease = rest[index], rest[index + 1]
  if lease == '' then
    redis.call('ZREM', leases, user)
    redis.call('ZREM', active, user)
    redis.call('HDEL', visitors, user)
    redis.call('HDEL', positions, user)
  else
    redis.call('ZADD', leases, 'XX', lease, user)
  end
end
