-- Notes that users are active, as far as their sessions are known to be live.
--
-- KEYS chat: meta log positions active visitors leases
-- ARGV: #now #grace_ms ...
--   three for each user: id, lease and visitor, both empty unless the session's home has just said them
-- result: {'noted', createdAt, ids of users who are not known} | {'not-found'}
-- include: text open-chat visit
-- flags: allow-oom

local chat = open_chat()
if not chat then return { 'not-found' } end
local strangers = {}
local has_new = false
for index = 1, #rest, 3 do
  local user, lease, visitor = rest[index], tonumber(rest[index + 1]), rest[index + 2]
  if is_known(user, lease) then
    let_in(user, lease, visitor)
    note_activity(user)
    has_new = has_new or lease
  else
    strangers[#strangers + 1] = user
  end
end
if has_new then drop_later(chat, grace_ms) end
return { 'noted', chat.created_at, strangers }
