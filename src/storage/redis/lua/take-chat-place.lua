-- Takes a place for a chat, unless all are taken, and writes down that it is being opened.
--
-- KEYS server: chats journal
-- ARGV: #now chat #expires_at #max_chats intent #due_at
--   due_at: from when on others take the opening for broken off
-- result: {'taken'} | {'full'}
-- include: text

if max_chats > 0 and redis.call('ZCOUNT', chats, '(' .. text(now), '+inf') >= max_chats then return { 'full' } end
redis.call('ZADD', chats, text(expires_at), chat)
redis.call('ZADD', journal, text(due_at), intent)
return { 'taken' }
