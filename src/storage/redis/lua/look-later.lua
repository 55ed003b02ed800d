-- Sets when to look at sessions again. A place that is not there any more stays gone, and one that is not due any more as it is:
-- somebody else has looked, or is ending the session.
--
-- KEYS server: sessions
-- ARGV: #due_by ...
--   due_by: places that come due later are left as they are
--   two for each: user and when
-- result: nothing
-- flags: allow-oom

for index = 1, #rest, 2 do
  local due_at = redis.call('ZSCORE', sessions, rest[index])
  if due_at and tonumber(due_at) <= due_by then redis.call('ZADD', sessions, rest[index + 1], rest[index]) end
end
