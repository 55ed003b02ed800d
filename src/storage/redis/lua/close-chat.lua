-- Closes a chat: everything of it goes but a remnant that tells how it ended, and the leases, for clearing up at its visitors.
--
-- KEYS chat: meta log retries retry_order positions active visitors leases gone wake
-- ARGV: #now user reason #grace_ms
--   reason: 'creator' if the user is its creator and it is open, 'operator' if it is open, 'over' if its time is over,
--     'ended' whatever holds
-- result: {'closed', remnant, visitors left} | {'gone', remnant, visitors left} if it was closed before
--   | {'not-found'} | {'not-creator'} | {'open'} if its time is not over
--   remnant: last seq, creator, createdAt, when it closed, with '|' in between
-- include: text
-- flags: allow-oom

local remnant = redis.call('GET', gone)
if remnant then return { 'gone', remnant, redis.call('ZCARD', leases) } end
local found = redis.call('HMGET', meta, 'creator', 'expiresAt', 'createdAt', 'lastSeq')
if not found[1] then
  -- Redis may have dropped it, and with it what tells when the rest is over.
  if reason == 'over' then redis.call('UNLINK', log, retries, retry_order, positions, active, visitors, leases) end
  return { 'not-found' }
end
local creator, expires_at = found[1], tonumber(found[2])
local is_over = now >= expires_at
if is_over and (reason == 'creator' or reason == 'operator') then return { 'not-found' } end
if reason == 'creator' and creator ~= user then return { 'not-creator' } end
if reason == 'over' and not is_over then return { 'open' } end

remnant = table.concat({ found[4], creator, found[3], text(math.min(now, expires_at)) }, '|')
redis.call('SET', gone, remnant, 'PX', text(grace_ms))
redis.call('UNLINK', meta, log, retries, retry_order, positions, active, visitors)
redis.call('ZREM', leases, creator)
redis.call('PEXPIRE', leases, text(grace_ms))
redis.call('SPUBLISH', wake, '')
return { 'closed', remnant, redis.call('ZCARD', leases) }
