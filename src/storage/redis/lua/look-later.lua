-- Sets when to look at sessions again. A place that is not there any more stays gone.
--
-- KEYS server: sessions
-- ARGV: ...
--   two for each: user and when
-- result: nothing
-- flags: allow-oom

for index = 1, #rest, 2 do redis.call('ZADD', sessions, 'XX', rest[index + 1], rest[index]) end
