-- Appends a message, unless it repeats one: gives it the next seq, trims, remembers its id, carries its author over it, notes activity.
--
-- KEYS chat: meta log retries retry_order positions active visitors leases wake
-- ARGV: #now user #lease visitor retry_id record #memory_ms #forget_limit #grace_ms
--   lease, visitor: what the session's home has just said, or empty
--   retry_id: author and client message id, or empty
--   record: the message without its time
-- result: {'posted', seq, sentAt, keep} | {'repeat', seq and record of the first} | {'not-found'} | {'stranger', createdAt} | {'read-only'}
-- include: text open-chat visit

local chat = open_chat()
if not chat then return { 'not-found' } end
if not is_known(user, lease) then return { 'stranger', chat.created_at } end
if chat.is_read_only and chat.creator ~= user then return { 'read-only' } end
if retry_id ~= '' then
  local first = redis.call('HGET', retries, retry_id)
  if first and tonumber(string.match(first, '^%d+|(%d+)|')) + memory_ms > now then return { 'repeat', first } end
end

local seq = chat.last + 1
local sent_at = math.max(now, chat.last_sent_at or now)
local sent = text(sent_at) .. '|' .. record
redis.call('HSET', log, text(seq), sent)
redis.call('HSET', meta, 'lastSeq', text(seq), 'lastSentAt', text(sent_at))
if chat.keep > 0 then redis.call('HDEL', log, text(seq - chat.keep)) end

if retry_id ~= '' then
  local over = redis.call('ZRANGEBYSCORE', retry_order, '-inf', text(now - memory_ms), 'LIMIT', 0, forget_limit)
  if #over > 0 then
    redis.call('HDEL', retries, unpack(over))
    redis.call('ZREM', retry_order, unpack(over))
  end
  redis.call('HSET', retries, retry_id, text(seq) .. '|' .. sent)
  redis.call('ZADD', retry_order, text(sent_at), retry_id)
  redis.call('PEXPIRE', retries, text(sent_at - now + 2 * memory_ms))
  redis.call('PEXPIRE', retry_order, text(sent_at - now + 2 * memory_ms))
end

local position = redis.call('HGET', positions, user)
if position and tonumber(position) == seq - 1 then redis.call('HSET', positions, user, text(seq)) end
let_in(user, lease, visitor)
note_activity(user)
if lease or seq == 1 then drop_later(chat, grace_ms) end
redis.call('SPUBLISH', wake, '')
return { 'posted', text(seq), text(sent_at), text(chat.keep) }
