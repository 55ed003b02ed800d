-- Moves the user's position up to a seq, never back.
--
-- KEYS chat: meta log positions active visitors leases
-- ARGV: #now user #lease visitor is_guest #seq #grace_ms
--   is_guest: the session has ended: nothing is stored
-- result: {'marked', first kept, last kept, position} | {'not-found'} | {'stranger', createdAt} | {'beyond', last kept}
-- include: text open-chat visit
-- flags: allow-oom

local chat = open_chat()
if not chat then return { 'not-found' } end
if seq > chat.last then return { 'beyond', text(chat.last) } end
if is_guest == '' and not is_known(user, lease) then return { 'stranger', chat.created_at } end

local stored = tonumber(redis.call('HGET', positions, user) or nil)
local position = math.max(stored or chat.first - 1, seq)
if is_guest == '' then
  redis.call('HSET', positions, user, text(position))
  let_in(user, lease, visitor)
  note_activity(user)
  if lease then drop_later(chat, grace_ms) end
end
return { 'marked', text(chat.first), text(chat.last), text(position) }
