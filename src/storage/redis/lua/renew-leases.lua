-- Takes note of what the homes of sessions have said: leases move on, and users whose sessions are over leave the chat.
--
-- KEYS chat: positions active visitors leases
-- ARGV: keeps_positions ...
--   keeps_positions: what is under way may still move the sessions on
--   two for each user: id and lease, which is empty if the session is over
-- result: nothing
-- flags: allow-oom

for index = 1, #rest, 2 do
  local user, lease = rest[index], rest[index + 1]
  if lease == '' then
    redis.call('ZREM', leases, user)
    redis.call('ZREM', active, user)
    redis.call('HDEL', visitors, user)
    if keeps_positions == '' then redis.call('HDEL', positions, user) end
  else
    redis.call('ZADD', leases, 'XX', lease, user)
  end
end
