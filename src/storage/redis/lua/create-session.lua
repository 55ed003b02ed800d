-- Stores a new session. Done twice, it is done once.
--
-- KEYS user: session gone
-- ARGV: #now name token_hash #ttl_ms #grace_ms
-- result: {'created'} | {'gone'} if it was given up
-- include: text

if redis.call('EXISTS', gone) == 1 then return { 'gone' } end
if redis.call('EXISTS', session) == 1 then return { 'created' } end
redis.call('HSET', session, 'name', name, 'tokenHash', token_hash, 'createdAt', text(now), 'ttlMs', text(ttl_ms),
  'activeAt', text(now), 'expiresAt', text(now + ttl_ms))
redis.call('PEXPIRE', session, text(ttl_ms + grace_ms))
return { 'created' }
