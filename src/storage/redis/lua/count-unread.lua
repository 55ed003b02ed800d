-- What a user has not read.
--
-- KEYS chat: meta positions
-- ARGV: #now user
-- result: {'count', first kept, last kept, position} | {'no-position'} | {'over'} | {'gone'} if there is nothing left of the chat
-- include: text open-chat

local chat = open_chat()
if not chat then return { redis.call('EXISTS', meta) == 1 and 'over' or 'gone' } end
local position = redis.call('HGET', positions, user)
if not position then return { 'no-position' } end
return { 'count', text(chat.first), text(chat.last), position }
