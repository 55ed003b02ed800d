-- Up Migration

-- Locks are taken in this order, by everybody: chats by id, sessions by id, visits, places by kind, tallies by bucket.
-- Each statement of these functions sees what was committed before it, not before the function: what is decided after a
-- lock was waited for is decided on what is there then. Plans do not depend on how full the tables are.

-- Sessions that are over and yet have a row: their places are free.
CREATE FUNCTION over_sessions_v1(p_over_at bigint) RETURNS bigint
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
BEGIN
  RETURN (SELECT count(*) FROM sessions WHERE due_at <= p_over_at AND deadline <= p_over_at);
END $$;

-- Starts a session unless as many as `p_max_users` (0: no limit) have a place. Returns whether it did.
CREATE FUNCTION create_session_v1(
  p_user_id uuid, p_display_name text, p_token_hash bytea, p_ttl_ms bigint, p_max_users bigint, p_now bigint,
  p_over_at bigint
) RETURNS boolean
LANGUAGE plpgsql
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
DECLARE
  v_taken bigint;
BEGIN
  UPDATE places SET taken = taken + 1 WHERE kind = 'users' RETURNING taken INTO v_taken;
  IF p_max_users > 0 AND v_taken > p_max_users THEN
    -- Whoever gives a place back changes its row and the number together, so that neither is seen without the other.
    IF v_taken - over_sessions_v1(p_over_at) > p_max_users THEN
      UPDATE places SET taken = taken - 1 WHERE kind = 'users';
      RETURN false;
    END IF;
  END IF;
  INSERT INTO sessions (user_id, display_name, token_hash, created_at, ttl_ms, active_at, chats_until, due_at)
  VALUES (p_user_id, p_display_name, p_token_hash, p_now, p_ttl_ms, p_now, p_now, p_now + p_ttl_ms);
  RETURN true;
END $$;

-- The live sessions of users: a line for each, in their order, which is empty where there is none.
CREATE FUNCTION find_sessions_v1(p_user_ids uuid[], p_nows bigint[])
RETURNS TABLE (display_name text, token_hash bytea, created_at bigint, deadline bigint)
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
BEGIN
  RETURN QUERY SELECT s.display_name, s.token_hash, s.created_at, s.deadline
    FROM unnest(p_user_ids, p_nows) WITH ORDINALITY AS p (user_id, now, turn)
    LEFT JOIN sessions s ON s.user_id = p.user_id AND s.deadline > p.now
    ORDER BY p.turn;
END $$;

-- The first `p_limit` live sessions by id, the greatest first, after that of a user.
CREATE FUNCTION list_sessions_v1(p_after_user_id uuid, p_limit integer, p_now bigint)
RETURNS TABLE (user_id uuid, display_name text, created_at bigint, deadline bigint, open_chats bigint)
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
BEGIN
  RETURN QUERY SELECT s.user_id, s.display_name, s.created_at, s.deadline,
      (SELECT count(*) FROM chats c WHERE c.creator_id = s.user_id AND c.deadline > p_now)
    FROM sessions s WHERE s.user_id < p_after_user_id AND s.deadline > p_now
    ORDER BY s.user_id DESC LIMIT p_limit;
END $$;

-- Ends a session. Its chats are closed by `close_chats_of_v1`, called next, or by house-keeping, which is told of them here.
-- Returns a refusal, or whether it has chats to close: 'CHATS' or 'DONE'.
CREATE FUNCTION end_session_v1(p_user_id uuid, p_close_chats boolean, p_now bigint, p_channel text) RETURNS text
LANGUAGE plpgsql
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
DECLARE
  v_has_open_chats boolean;
BEGIN
  PERFORM FROM sessions WHERE user_id = p_user_id AND deadline > p_now FOR UPDATE;
  IF NOT FOUND THEN RETURN 'UNAUTHENTICATED'; END IF;
  v_has_open_chats := EXISTS (SELECT FROM chats WHERE creator_id = p_user_id AND deadline > p_now);
  IF v_has_open_chats AND NOT p_close_chats THEN RETURN 'SESSION_HAS_OPEN_CHATS'; END IF;
  DELETE FROM sessions WHERE user_id = p_user_id;
  INSERT INTO ended_sessions VALUES (p_user_id, v_has_open_chats);
  UPDATE places SET taken = taken - 1 WHERE kind = 'users';
  PERFORM pg_notify(p_channel, 'u' || p_user_id);
  RETURN CASE WHEN v_has_open_chats THEN 'CHATS' ELSE 'DONE' END;
END $$;

-- Down Migration

DROP FUNCTION end_session_v1, list_sessions_v1, find_sessions_v1, create_session_v1, over_sessions_v1;
