-- Crosses visitors of a closed chat off, and names the next to cross off.
--
-- KEYS chat: leases
-- ARGV: #limit ...
--   users who were crossed off at their homes
-- result: the next users

if #rest > 0 then redis.call('ZREM', leases, unpack(rest)) end
return redis.call('ZRANGE', leases, 0, limit - 1)
