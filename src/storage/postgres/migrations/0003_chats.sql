-- Up Migration

-- Who is active in a chat: how many, and the first `p_shown`, most recently active first.
CREATE FUNCTION active_users_v1(p_chat_id uuid, p_since bigint, p_now bigint, p_shown integer) RETURNS json
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
BEGIN
  RETURN (
    WITH active AS MATERIALIZED (
      SELECT v.user_id, s.display_name, v.last_active_at
      FROM visits v JOIN sessions s ON s.user_id = v.user_id
      WHERE v.chat_id = p_chat_id AND v.last_active_at > p_since AND s.deadline > p_now
    )
    SELECT json_build_object('count', (SELECT count(*) FROM active), 'users', coalesce((
      SELECT json_agg(json_build_object(
        'userId', user_id, 'displayName', display_name, 'lastActiveAt', last_active_at
      ) ORDER BY last_active_at DESC, user_id DESC)
      FROM (SELECT * FROM active ORDER BY last_active_at DESC, user_id DESC LIMIT p_shown) shown
    ), '[]'))
  );
END $$;

-- A chat as callers see it.
CREATE FUNCTION chat_view_v1(p_chat chats, p_since bigint, p_now bigint, p_shown integer) RETURNS json
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT SET jit = off
AS $$
BEGIN
  RETURN json_build_object(
    'id', p_chat.id, 'title', p_chat.title, 'creatorId', p_chat.creator_id, 'creatorName', p_chat.creator_name,
    'createdAt', p_chat.created_at, 'maxMessages', p_chat.max_messages, 'readOnly', p_chat.read_only,
    'unlisted', p_chat.unlisted, 'ttlMs', p_chat.ttl_ms, 'deadline', p_chat.deadline, 'kept', p_chat.kept,
    'lastSentAt', p_chat.last_sent_at, 'activeUsers', active_users_v1(p_chat.id, p_since, p_now, p_shown)
  );
END $$;

-- An open chat, or nothing.
CREATE FUNCTION get_chat_v1(p_chat_id uuid, p_since bigint, p_now bigint, p_shown integer) RETURNS json
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
BEGIN
  RETURN (SELECT chat_view_v1(c, p_since, p_now, p_shown) FROM chats c WHERE c.id = p_chat_id AND c.deadline > p_now);
END $$;

-- The first `p_limit` open chats that are not unlisted after a place in the list.
CREATE FUNCTION list_chats_v1(
  p_after_created_at bigint, p_after_id uuid, p_limit integer, p_since bigint, p_now bigint, p_shown integer
) RETURNS TABLE (chat json)
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
BEGIN
  RETURN QUERY SELECT chat_view_v1(c, p_since, p_now, p_shown) FROM (
    SELECT * FROM chats
    WHERE NOT unlisted AND (created_at, id) < (p_after_created_at, p_after_id) AND deadline > p_now
    ORDER BY created_at DESC, id DESC LIMIT p_limit
  ) c;
END $$;

-- The same of all open chats, which have an index for each kind.
CREATE FUNCTION list_all_chats_v1(
  p_after_created_at bigint, p_after_id uuid, p_limit integer, p_since bigint, p_now bigint, p_shown integer
) RETURNS TABLE (chat json)
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
BEGIN
  RETURN QUERY SELECT chat_view_v1(c, p_since, p_now, p_shown) FROM (
    (
      SELECT * FROM chats
      WHERE NOT unlisted AND (created_at, id) < (p_after_created_at, p_after_id) AND deadline > p_now
      ORDER BY created_at DESC, id DESC LIMIT p_limit
    ) UNION ALL (
      SELECT * FROM chats
      WHERE unlisted AND (created_at, id) < (p_after_created_at, p_after_id) AND deadline > p_now
      ORDER BY created_at DESC, id DESC LIMIT p_limit
    ) ORDER BY created_at DESC, id DESC LIMIT p_limit
  ) c;
END $$;

-- Chats that are over and yet have a row: their places are free.
CREATE FUNCTION over_chats_v1(p_now bigint) RETURNS bigint
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
BEGIN
  RETURN (SELECT count(*) FROM chats WHERE deadline <= p_now);
END $$;

-- Opens a chat whose creator has a position at 0. Returns a refusal, or nothing, and the creator's name.
CREATE FUNCTION create_chat_v1(
  p_chat_id uuid, p_title text, p_creator_id uuid, p_max_messages bigint, p_read_only boolean, p_unlisted boolean,
  p_ttl_ms bigint, p_deadline bigint, p_max_chats bigint, p_max_chats_per_user bigint, p_now bigint,
  OUT refusal text, OUT creator_name text
)
LANGUAGE plpgsql
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
DECLARE
  v_taken bigint;
BEGIN
  -- Held to the end: the count of this user's chats stays what it is, and the session does not end beside a new chat.
  SELECT display_name INTO creator_name FROM sessions
    WHERE user_id = p_creator_id AND deadline > p_now FOR NO KEY UPDATE;
  IF NOT FOUND THEN refusal := 'UNAUTHENTICATED'; RETURN; END IF;
  IF p_max_chats_per_user > 0 AND p_max_chats_per_user <= (
    SELECT count(*) FROM (
      SELECT FROM chats WHERE creator_id = p_creator_id AND deadline > p_now LIMIT p_max_chats_per_user
    ) open
  ) THEN refusal := 'USER_CHAT_LIMIT_REACHED'; RETURN; END IF;
  UPDATE places SET taken = taken + 1 WHERE kind = 'chats' RETURNING taken INTO v_taken;
  IF p_max_chats > 0 AND v_taken > p_max_chats THEN
    IF v_taken - over_chats_v1(p_now) > p_max_chats THEN
      UPDATE places SET taken = taken - 1 WHERE kind = 'chats';
      refusal := 'CHAT_LIMIT_REACHED';
      RETURN;
    END IF;
  END IF;
  INSERT INTO chats (
    id, title, creator_id, creator_name, created_at, max_messages, read_only, unlisted, ttl_ms, deadline
  ) VALUES (
    p_chat_id, p_title, p_creator_id, creator_name, p_now, p_max_messages, p_read_only, p_unlisted, p_ttl_ms, p_deadline
  );
  INSERT INTO visits (chat_id, user_id, chat_created_at, position) VALUES (p_chat_id, p_creator_id, p_now, 0);
  UPDATE sessions SET chats_until = greatest(chats_until, p_deadline)
    WHERE user_id = p_creator_id AND chats_until < p_deadline;
END $$;

-- Takes chats out whose rows the caller has locked: their places are free, their rows elsewhere are left to house-keeping.
CREATE FUNCTION remove_chats_v1(p_chat_ids uuid[], p_bucket bigint, p_shard integer) RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
DECLARE
  v_count bigint;
  v_kept bigint;
BEGIN
  WITH removed AS (DELETE FROM chats WHERE id = ANY (p_chat_ids) RETURNING id, kept),
  noted AS (INSERT INTO closed_chats SELECT id FROM removed)
  SELECT count(*), coalesce(sum(kept), 0) INTO v_count, v_kept FROM removed;
  UPDATE places SET taken = taken - v_count WHERE kind = 'chats' AND v_count > 0;
  INSERT INTO tallies AS t SELECT p_bucket, p_shard, 0, -v_kept WHERE v_kept > 0
    ON CONFLICT (bucket, shard) DO UPDATE SET kept = t.kept + excluded.kept;
END $$;

-- Closes a chat for its creator, or for an operator, who is no user; its creator's session gets the deadline that follows. Returns a refusal, or nothing.
CREATE FUNCTION close_chat_v1(
  p_chat_id uuid, p_user_id uuid, p_now bigint, p_bucket bigint, p_shard integer, p_channel text
) RETURNS text
LANGUAGE plpgsql
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
DECLARE
  v_creator_id uuid;
BEGIN
  SELECT creator_id INTO v_creator_id FROM chats WHERE id = p_chat_id AND deadline > p_now;
  IF NOT FOUND THEN RETURN 'CHAT_NOT_FOUND'; END IF;
  IF v_creator_id <> p_user_id THEN RETURN 'NOT_CHAT_CREATOR'; END IF;
  PERFORM FROM chats WHERE id = p_chat_id FOR UPDATE;
  IF NOT FOUND THEN RETURN 'CHAT_NOT_FOUND'; END IF;
  PERFORM FROM sessions WHERE user_id = v_creator_id FOR NO KEY UPDATE;
  -- Chats that went by their deadline are not asked about: their closing was before this one.
  UPDATE sessions s SET
    active_at = greatest(s.active_at, p_now), chats_until = n.chats_until,
    due_at = least(s.due_at, greatest(s.active_at, p_now, n.chats_until) + s.ttl_ms)
  FROM (
    SELECT coalesce(max(deadline), 0) AS chats_until FROM chats WHERE creator_id = v_creator_id AND id <> p_chat_id
  ) n WHERE s.user_id = v_creator_id;
  PERFORM remove_chats_v1(ARRAY[p_chat_id], p_bucket, p_shard);
  PERFORM pg_notify(p_channel, 'c' || p_chat_id || ' u' || v_creator_id);
  RETURN NULL;
END $$;

-- Closes up to `p_limit` chats of a user whose session has ended. Returns how many it found: others may have closed some of
-- them at the same moment, and yet leave more.
CREATE FUNCTION close_chats_of_v1(
  p_user_id uuid, p_limit integer, p_bucket bigint, p_shard integer, p_channel text
) RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
DECLARE
  v_found uuid[] := ARRAY(SELECT id FROM chats WHERE creator_id = p_user_id LIMIT p_limit);
  v_chat_ids uuid[];
BEGIN
  v_chat_ids := ARRAY(SELECT id FROM chats WHERE id = ANY (v_found) ORDER BY id FOR UPDATE);
  PERFORM remove_chats_v1(v_chat_ids, p_bucket, p_shard);
  PERFORM pg_notify(p_channel, 'c' || chat_id) FROM unnest(v_chat_ids) AS chat_id;
  RETURN cardinality(v_found);
END $$;

-- Notes that users are active in a chat.
CREATE FUNCTION note_activity_v1(p_chat_id uuid, p_user_ids uuid[], p_activity_ms bigint, p_now bigint) RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
DECLARE
  v_created_at bigint;
BEGIN
  SELECT created_at INTO v_created_at FROM chats WHERE id = p_chat_id AND deadline > p_now FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  PERFORM FROM sessions WHERE user_id = ANY (p_user_ids) ORDER BY user_id FOR KEY SHARE;
  INSERT INTO visits (chat_id, user_id, chat_created_at, last_active_at)
    SELECT p_chat_id, s.user_id, v_created_at, p_now FROM sessions s
    WHERE s.user_id = ANY (p_user_ids) AND s.deadline > p_now
      AND NOT EXISTS (SELECT FROM visits v WHERE v.chat_id = p_chat_id AND v.user_id = s.user_id)
    ON CONFLICT DO NOTHING;
  UPDATE visits v SET last_active_at = p_now FROM sessions s
    WHERE v.chat_id = p_chat_id AND v.user_id = ANY (p_user_ids) AND s.user_id = v.user_id AND s.deadline > p_now
      AND (v.last_active_at IS NULL OR p_now - v.last_active_at >= least(p_activity_ms, s.ttl_ms / 2));
END $$;

-- Down Migration

DROP FUNCTION note_activity_v1, close_chats_of_v1, close_chat_v1, remove_chats_v1, create_chat_v1, over_chats_v1;
DROP FUNCTION list_all_chats_v1, list_chats_v1, get_chat_v1, chat_view_v1, active_users_v1;
