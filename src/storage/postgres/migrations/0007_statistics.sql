-- Up Migration

-- The figures of the server. What is over and was not swept yet is taken off; how much there is of it depends on how long
-- ago house-keeping was, not on what is stored.
CREATE FUNCTION get_stats_v1(p_now bigint, p_over_at bigint, p_first_bucket bigint)
RETURNS TABLE (users bigint, chats bigint, messages bigint, messages_last_hour bigint)
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
BEGIN
  RETURN QUERY SELECT
    (SELECT p.taken FROM places p WHERE p.kind = 'users') - over_sessions_v1(p_over_at),
    (SELECT p.taken FROM places p WHERE p.kind = 'chats') - o.chats,
    (t.kept - o.kept)::bigint, t.accepted::bigint
  FROM (
    SELECT coalesce(sum(kept), 0) AS kept, coalesce(sum(accepted) FILTER (WHERE bucket >= p_first_bucket), 0) AS accepted
    FROM tallies
  ) t, (SELECT count(*) AS chats, coalesce(sum(c.kept), 0) AS kept FROM chats c WHERE c.deadline <= p_now) o;
END $$;

-- Down Migration

DROP FUNCTION get_stats_v1;
