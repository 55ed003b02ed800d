-- Adds up what was spent of rates. A rate: what was spent, '|' and when, so that what is given back follows from the time since.
--
-- KEYS rates: ...
-- ARGV: #now #grace_ms ...
--   four for each key: burst, period, count, when it was spent
-- result: for each key what is spent at `now`
-- include: text

local answer = {}
for index, key in ipairs(KEYS) do
  local first = index * 4 - 3
  local burst, period_ms = tonumber(rest[first]), tonumber(rest[first + 1])
  local count, at = tonumber(rest[first + 2]), tonumber(rest[first + 3])
  local function still(spent, elapsed_ms) return math.max(0, spent - (math.max(0, elapsed_ms) * burst) / period_ms) end

  local spent = count
  local stored = redis.call('GET', key)
  if stored then
    local before, since = string.match(stored, '^(.+)|(%d+)$')
    spent = still(tonumber(before), at - tonumber(since)) + count
    at = math.max(at, tonumber(since))
  end
  local kept_ms = at + math.ceil(spent * period_ms / burst) - now
  if kept_ms > 0 then
    redis.call('SET', key, string.format('%.17g', spent) .. '|' .. text(at), 'PX', text(kept_ms + grace_ms))
  end
  answer[index] = string.format('%.17g', still(spent, now - at))
end
return answer
