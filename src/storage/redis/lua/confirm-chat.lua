-- Makes a chat that was made one of its creator's open chats, and moves the session's deadline. Done twice, it is done once.
-- A chat whose announcement does not count any more is not let in: others may have taken its place among the creator's.
--
-- KEYS user: session chats opening visits
-- ARGV: #now chat place #chat_expires_at #grace_ms
-- result: {'confirmed'} | {'over'} if the session has ended meanwhile | {'given-up'} if the announcement has gone
-- include: text session deadline
-- flags: allow-oom

local live = live_session()
if not live then return { 'over' } end
if not redis.call('ZSCORE', opening, chat) and not redis.call('ZSCORE', chats, chat) then return { 'given-up' } end
redis.call('ZREM', opening, chat)
redis.call('ZADD', chats, text(chat_expires_at), chat)
redis.call('ZADD', visits, 0, place)
store_deadline(live.active_at, live.ttl_ms, grace_ms)
return { 'confirmed' }
