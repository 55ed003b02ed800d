-- Places of chats that are open, the listed ones or all, most recently created first; passes over others, up to a number.
--
-- KEYS server: chats listed by_age
-- ARGV: #now unlisted before #limit #pass_limit
--   unlisted: empty for the listed ones
--   before: '+', or '(' and the place that the list follows
-- result: {places, the place up to which was looked or empty at the end}
-- include: text

local index = unlisted == '' and listed or by_age
local places = {}
local passed = 0
while passed <= pass_limit do
  local found = redis.call('ZREVRANGEBYLEX', index, before, '-', 'LIMIT', 0, limit + 1)
  for index, place in ipairs(found) do
    if #places == limit then return { places, places[limit] } end
    local expires_at = redis.call('ZSCORE', chats, string.match(place, ':(.+)$'))
    if expires_at and tonumber(expires_at) > now then
      places[#places + 1] = place
    else
      passed = passed + 1
      -- Redis has dropped it before anybody closed it.
      if not expires_at then redis.call('ZREM', index, place) end
    end
    before = '(' .. place
  end
  if #found <= limit then return { places, '' } end
end
return { places, string.sub(before, 2) }
