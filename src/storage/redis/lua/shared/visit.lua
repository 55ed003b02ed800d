-- Who may act in the chat: those whose session is known here to be live. What is known is a lease: it runs out no later than the
-- session can end by itself, and the end of a session takes it away. Needs: leases, visitors, active, positions, log, now.

-- Whether the user's session is known to be live, by what is stored or by the `lease` that came with the call.
local function is_known(user, lease)
  if lease then return lease > now end
  local stored = redis.call('ZSCORE', leases, user)
  return stored and tonumber(stored) > now
end

-- Stores the lease that came with the call, if one did. `visitor` is how coarsely activity is noted, '|' and the user's name.
local function let_in(user, lease, visitor)
  if not lease then return end
  redis.call('ZADD', leases, text(lease), user)
  redis.call('HSET', visitors, user, visitor)
end

-- Notes activity, unless some was noted a short time before.
local function note_activity(user)
  local visitor = redis.call('HGET', visitors, user)
  local last = redis.call('ZSCORE', active, user)
  if last and now - tonumber(last) < tonumber(string.match(visitor, '^%d+')) then return end
  redis.call('ZADD', active, text(now), user)
end

-- Has Redis drop the keys of a chat that nobody has cleared away: a while after its end, which nothing moves.
local function drop_later(chat, grace_ms)
  if chat.expires_at == math.huge then return end
  for _, key in ipairs({ log, positions, active, visitors, leases }) do
    redis.call('PEXPIRE', key, text(chat.expires_at - now + grace_ms))
  end
end
