-- Works out when the session ends and stores it: its lifetime after the latest of its activity and the deadlines of the chats that it
-- has open. Needs: session, chats, now.
local function store_deadline(active_at, ttl_ms, grace_ms)
  local latest = redis.call('ZREVRANGE', chats, 0, 0, 'WITHSCORES')
  local expires_at = math.max(active_at, tonumber(latest[2] or active_at)) + ttl_ms
  redis.call('HSET', session, 'activeAt', text(active_at), 'expiresAt', text(expires_at))
  if expires_at == math.huge then
    redis.call('PERSIST', session)
  else
    redis.call('PEXPIRE', session, text(expires_at - now + grace_ms))
  end
  return expires_at
end
