-- Whether a session whose place has come due lives on. One that is over by as much as `kept_ms` goes for good, and one that was never
-- made never will be.
--
-- KEYS user: session gone
-- ARGV: #now #kept_ms #grace_ms
-- result: {'kept', expiresAt, ttlMs} | {'gone'}
-- include: text
-- flags: allow-oom

local found = redis.call('HMGET', session, 'expiresAt', 'ttlMs')
if found[1] and now < tonumber(found[1]) + kept_ms then return { 'kept', found[1], found[2] } end
redis.call('DEL', session)
redis.call('SET', gone, '', 'PX', text(grace_ms))
return { 'gone' }
