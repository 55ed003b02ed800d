-- The session, or nil unless it is live at `now`. Needs: session, now.
local function live_session()
  local found = redis.call('HMGET', session, 'expiresAt', 'ttlMs', 'activeAt', 'name')
  if not found[1] or now >= tonumber(found[1]) then return nil end
  return { expires_at = tonumber(found[1]), ttl_ms = tonumber(found[2]), active_at = tonumber(found[3]), name = found[4] }
end
