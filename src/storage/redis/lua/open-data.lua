-- Finds or founds the data under a prefix.
--
-- KEYS server: meta sessions session_ids chats listed by_age reported totals recent journal unreported departed closed
-- ARGV: layout page_token_key
-- result: {'data', layout, page token key} | {'foreign', why}

local kind = redis.call('TYPE', meta).ok
if kind ~= 'none' and kind ~= 'hash' then return { 'foreign', 'the key ' .. meta .. ' is a ' .. kind } end
if kind == 'none' then
  for index = 2, #KEYS do
    if redis.call('EXISTS', KEYS[index]) == 1 then return { 'foreign', 'there is ' .. KEYS[index] .. ' but no ' .. meta } end
  end
  redis.call('HSET', meta, 'layout', layout, 'pageTokenKey', page_token_key)
end
local found = redis.call('HMGET', meta, 'layout', 'pageTokenKey')
if not found[1] or not found[2] then return { 'foreign', 'the key ' .. meta .. ' was not written by Veche' } end
return { 'data', found[1], found[2] }
