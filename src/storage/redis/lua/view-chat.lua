-- A chat as callers see it, with the users whose leases have run out: whether they are still active their sessions' homes know.
--
-- KEYS chat: meta active visitors leases
-- ARGV: #now #active_since #shown_limit #due_limit
-- result: {'chat', settings, first kept, last kept, lastSentAt or empty, active users, the latest of them, due users} | {'not-found'}
--   the latest: three for each: id, lastActiveAt, visitor
-- include: text open-chat

local chat = open_chat()
if not chat then return { 'not-found' } end
local due = redis.call('ZRANGEBYSCORE', leases, '-inf', text(now), 'LIMIT', 0, due_limit)
local since = '(' .. text(active_since)
local latest = redis.call('ZREVRANGEBYSCORE', active, '+inf', since, 'WITHSCORES', 'LIMIT', 0, shown_limit)
local shown = {}
for index = 1, #latest, 2 do
  shown[#shown + 1] = latest[index]
  shown[#shown + 1] = latest[index + 1]
  shown[#shown + 1] = redis.call('HGET', visitors, latest[index])
end
local last_sent_at = chat.last_sent_at and text(chat.last_sent_at) or ''
local count = redis.call('ZCOUNT', active, since, '+inf')
return { 'chat', redis.call('HGET', meta, 'settings'), text(chat.first), text(chat.last), last_sent_at, count, shown, due }
