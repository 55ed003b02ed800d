-- Writes down what is about to be done in several steps.
--
-- KEYS server: journal
-- ARGV: intent #due_at
--   due_at: from when on others take it for broken off
-- result: nothing
-- include: text
-- flags: allow-oom

redis.call('ZADD', journal, text(due_at), intent)
