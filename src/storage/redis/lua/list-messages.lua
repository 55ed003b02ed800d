-- A page of messages; with `mark_read` a page that joins what was read moves the position.
--
-- KEYS chat: meta log positions active visitors leases
-- ARGV: #now user #lease visitor is_guest is_upward #from_seq #limit #max_bytes #chunk mark_read #grace_ms
--   is_guest: the session has ended: nothing is stored
-- result: {'page', first kept, last kept, position before or empty, position or empty, records} | {'not-found'} | {'stranger', createdAt}
-- include: text open-chat visit read
-- flags: allow-oom

local chat = open_chat()
if not chat then return { 'not-found' } end
if is_guest == '' and not is_known(user, lease) then return { 'stranger', chat.created_at } end

local step = is_upward == '' and -1 or 1
local start = from_seq and from_seq + step or (step == 1 and chat.first or chat.last)
local records = read(chat, start, step, limit, max_bytes, chunk)

local before = tonumber(redis.call('HGET', positions, user) or nil)
if mark_read ~= '' and not before then before = chat.first - 1 end
local position = before
if mark_read ~= '' and #records > 0 then
  local nearest = step == 1 and math.max(start, chat.first) or math.min(start, chat.last)
  local farthest = nearest + (#records - 1) * step
  local lowest, highest = math.min(nearest, farthest), math.max(nearest, farthest)
  if lowest <= math.max(before + 1, chat.first) then position = math.max(before, highest) end
end

if is_guest == '' then
  if mark_read ~= '' then redis.call('HSET', positions, user, text(position)) end
  let_in(user, lease, visitor)
  note_activity(user)
  if lease then drop_later(chat, grace_ms) end
end
return { 'page', text(chat.first), text(chat.last), before and text(before) or '', position and text(position) or '', records }
