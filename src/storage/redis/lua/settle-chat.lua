-- Finds out whether a chat whose opening broke off was made; if not, sees to it that it never will be.
--
-- KEYS chat: meta gone
-- ARGV: #grace_ms
-- result: {'made', expiresAt} | {'gone', remnant}, which is empty if it never was
-- include: text
-- flags: allow-oom

local expires_at = redis.call('HGET', meta, 'expiresAt')
if expires_at then return { 'made', expires_at } end
redis.call('SET', gone, '', 'NX', 'PX', text(grace_ms))
return { 'gone', redis.call('GET', gone) }
