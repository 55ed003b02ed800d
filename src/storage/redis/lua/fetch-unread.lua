-- What is kept after the user's position, which moves to what is acknowledged, or without that to the end of the answer.
--
-- KEYS chat: meta log positions active visitors leases
-- ARGV: #now user #lease visitor is_guest #ack_seq #limit #max_bytes #chunk #grace_ms
--   is_guest: the session has ended: nothing is stored
-- result: {'page', first kept, last kept, position that the messages follow, position, records}
--   | {'not-found'} | {'stranger', createdAt} | {'beyond', last kept}
-- include: text open-chat visit read
-- flags: allow-oom

local chat = open_chat()
if not chat then return { 'not-found' } end
if ack_seq and ack_seq > chat.last then return { 'beyond', text(chat.last) } end
if is_guest == '' and not is_known(user, lease) then return { 'stranger', chat.created_at } end

local stored = tonumber(redis.call('HGET', positions, user) or nil)
local after = math.max(stored or chat.first - 1, ack_seq or 0)
local records = read(chat, after + 1, 1, limit, max_bytes, chunk)
local position = after
if not ack_seq and #records > 0 then position = math.max(after + 1, chat.first) + #records - 1 end

if is_guest == '' then
  redis.call('HSET', positions, user, text(position))
  let_in(user, lease, visitor)
  note_activity(user)
  if lease then drop_later(chat, grace_ms) end
end
return { 'page', text(chat.first), text(chat.last), text(after), text(position), records }
