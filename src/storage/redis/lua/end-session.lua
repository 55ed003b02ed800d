-- Ends a session. What it leaves, its chats and its visits, is cleared up by whoever gets this answer, or by house-keeping.
--
-- KEYS user: session chats gone wake
-- ARGV: #now close_chats #grace_ms
-- result: {'ended'} | {'over'} | {'has-chats'}
-- include: text session
-- flags: allow-oom

if not live_session() then return { 'over' } end
if close_chats == '' and redis.call('ZCOUNT', chats, '(' .. text(now), '+inf') > 0 then return { 'has-chats' } end
redis.call('DEL', session)
redis.call('SET', gone, '', 'PX', text(grace_ms))
redis.call('SPUBLISH', wake, '')
return { 'ended' }
