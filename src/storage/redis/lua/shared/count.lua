-- Brings the statistics of a chat forward to what it has come to: seqs and kept messages are told as they are, so that telling twice
-- counts once and telling late changes nothing. Needs: reported, totals, recent.
local function count(chat, kept, last, bucket, oldest_bucket)
  local before = redis.call('HGET', reported, chat)
  local kept_before, last_before = 0, 0
  if before then
    local first, second = string.match(before, '^(%d+)|(%d+)$')
    kept_before, last_before = tonumber(first), tonumber(second)
  end
  if last > last_before then
    if redis.call('HINCRBY', recent, text(bucket), text(last - last_before)) == last - last_before then
      for _, other in ipairs(redis.call('HKEYS', recent)) do
        if tonumber(other) < oldest_bucket then redis.call('HDEL', recent, other) end
      end
    end
  elseif kept then
    return
  end
  redis.call('HINCRBY', totals, 'messages', text((kept or 0) - kept_before))
  if kept then
    redis.call('HSET', reported, chat, text(kept) .. '|' .. text(last))
  else
    redis.call('HDEL', reported, chat)
  end
end
