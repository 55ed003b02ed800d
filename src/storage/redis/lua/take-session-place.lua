-- Takes a place for a session, unless all are taken; some may be given back by those who have come due.
--
-- KEYS server: sessions session_ids
-- ARGV: #now user #max_users #look_at #due_limit
--   look_at: when to look whether the session was really made
-- result: {'taken'} | {'full', users whose places have come due}
-- include: text

if max_users > 0 and redis.call('ZCARD', sessions) >= max_users then
  return { 'full', redis.call('ZRANGEBYSCORE', sessions, '-inf', text(now), 'LIMIT', 0, due_limit) }
end
redis.call('ZADD', sessions, text(look_at), user)
redis.call('ZADD', session_ids, 0, user)
return { 'taken' }
