-- The kept messages after a seq.
--
-- KEYS chat: meta log
-- ARGV: #now #after_seq #limit #max_bytes #chunk
-- result: {'run', first kept, last kept, expiresAt, records} | {'not-found'}
-- include: text open-chat read

local chat = open_chat()
if not chat then return { 'not-found' } end
local records = read(chat, after_seq + 1, 1, limit, max_bytes, chunk)
return { 'run', text(chat.first), text(chat.last), text(chat.expires_at), records }
