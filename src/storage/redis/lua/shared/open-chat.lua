-- The chat, or nil unless it is open at `now`. Needs: meta, now.
local function open_chat()
  local found = redis.call('HMGET', meta, 'creator', 'expiresAt', 'keep', 'readOnly', 'lastSeq', 'lastSentAt', 'createdAt')
  if not found[1] or now >= tonumber(found[2]) then return nil end
  local keep, last = tonumber(found[3]), tonumber(found[5])
  return {
    creator = found[1],
    expires_at = tonumber(found[2]),
    keep = keep,
    is_read_only = found[4] == '1',
    first = keep == 0 and 1 or math.max(1, last - keep + 1),
    last = last,
    last_sent_at = tonumber(found[6] or nil),
    created_at = found[7],
  }
end
