-- Kept messages from `seq` on, upwards (step 1) or downwards (step -1), cut by `limit` and `max_bytes`, but at least one if there is
-- one; a `seq` that is not kept stands for the nearest one in that direction. Reads `chunk` at a time. Needs: log.
local function read(chat, seq, step, limit, max_bytes, chunk)
  seq = step == 1 and math.max(seq, chat.first) or math.min(seq, chat.last)
  local left = math.min(limit, step == 1 and chat.last - seq + 1 or seq - chat.first + 1)
  local records, bytes = {}, 0
  while left > 0 do
    local fields = {}
    for index = 1, math.min(left, chunk) do fields[index] = text(seq + (index - 1) * step) end
    local found = redis.call('HMGET', log, unpack(fields))
    for index = 1, #fields do
      local record = found[index]
      if not record then error({ err = 'DAMAGED message ' .. fields[index] .. ' is missing from ' .. log }) end
      bytes = bytes + tonumber(string.match(record, '^%d+|(%d+)|'))
      if bytes > max_bytes and #records > 0 then return records, seq end
      records[#records + 1] = record
    end
    seq = seq + #fields * step
    left = left - #fields
  end
  return records
end
