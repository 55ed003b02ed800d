-- Makes a chat with its creator's position and lease. Done twice, it is done once.
--
-- KEYS chat: meta log positions active visitors leases gone
-- ARGV: #now user #lease visitor settings #expires_at #keep read_only #created_at #grace_ms
-- result: {'made'} | {'gone'} if the chat was given up or has closed
-- include: text visit

if redis.call('EXISTS', gone) == 1 then return { 'gone' } end
if redis.call('EXISTS', meta) == 1 then return { 'made' } end
redis.call('HSET', meta, 'creator', user, 'settings', settings, 'expiresAt', text(expires_at), 'keep', text(keep),
  'readOnly', read_only, 'createdAt', text(created_at), 'lastSeq', '0')
if expires_at ~= math.huge then redis.call('PEXPIRE', meta, text(expires_at - now + grace_ms)) end
redis.call('HSET', positions, user, '0')
let_in(user, lease, visitor)
drop_later({ expires_at = expires_at }, grace_ms)
return { 'made' }
