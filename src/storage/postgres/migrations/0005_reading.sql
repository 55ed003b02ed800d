-- Up Migration

-- Messages with seqs from `p_from` up to `p_to`, cut by number and by size, but at least one if there is one; and the
-- seqs of the first and the last of them.
CREATE FUNCTION read_up_v1(p_chat_id uuid, p_from bigint, p_to bigint, p_limit integer, p_max_bytes bigint)
RETURNS TABLE (messages json, first_seq bigint, last_seq bigint)
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
BEGIN
  RETURN QUERY SELECT
    coalesce(json_agg(json_build_array(m.id, m.seq, m.user_id, m.display_name, m.text, m.sent_at) ORDER BY m.seq), '[]'),
    min(m.seq), max(m.seq)
  FROM (
    SELECT l.*, sum(l.size_bytes) OVER (ORDER BY l.seq) AS bytes, row_number() OVER (ORDER BY l.seq) AS place
    FROM (
      SELECT * FROM messages WHERE chat_id = p_chat_id AND seq BETWEEN p_from AND p_to ORDER BY seq LIMIT p_limit
    ) l
  ) m WHERE m.bytes <= p_max_bytes OR m.place = 1;
END $$;

-- The same downwards, from `p_from` to `p_to`.
CREATE FUNCTION read_down_v1(p_chat_id uuid, p_from bigint, p_to bigint, p_limit integer, p_max_bytes bigint)
RETURNS TABLE (messages json, first_seq bigint, last_seq bigint)
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
BEGIN
  RETURN QUERY SELECT
    coalesce(
      json_agg(json_build_array(m.id, m.seq, m.user_id, m.display_name, m.text, m.sent_at) ORDER BY m.seq DESC), '[]'
    ), max(m.seq), min(m.seq)
  FROM (
    SELECT l.*, sum(l.size_bytes) OVER (ORDER BY l.seq DESC) AS bytes, row_number() OVER (ORDER BY l.seq DESC) AS place
    FROM (
      SELECT * FROM messages WHERE chat_id = p_chat_id AND seq BETWEEN p_to AND p_from ORDER BY seq DESC LIMIT p_limit
    ) l
  ) m WHERE m.bytes <= p_max_bytes OR m.place = 1;
END $$;

-- An open chat as one of its readers finds it.
CREATE FUNCTION find_reader_v1(p_chat_id uuid, p_user_id uuid, p_now bigint) RETURNS TABLE (
  chat_created_at bigint, first_kept bigint, last_kept bigint, deadline bigint,
  is_live boolean, ttl_ms bigint, has_visit boolean, "position" bigint, last_active_at bigint
)
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
BEGIN
  RETURN QUERY SELECT c.created_at, c.last_seq - c.kept + 1, c.last_seq, c.deadline,
    s.user_id IS NOT NULL, s.ttl_ms, v.user_id IS NOT NULL, v.position, v.last_active_at
  FROM chats c
  LEFT JOIN sessions s ON s.user_id = p_user_id AND s.deadline > p_now
  LEFT JOIN visits v ON v.chat_id = c.id AND v.user_id = s.user_id
  WHERE c.id = p_chat_id AND c.deadline > p_now;
END $$;

-- Keeps what a reading leaves: a position, and activity. Writes nothing where nothing changes. Returns false if the visit is
-- not any more as it was found: then the reading must be done again.
CREATE FUNCTION keep_visit_v1(
  p_chat_id uuid, p_chat_created_at bigint, p_user_id uuid, p_had_visit boolean, p_old_position bigint,
  p_new_position bigint, p_last_active_at bigint, p_activity_ms bigint, p_now bigint
) RETURNS boolean
LANGUAGE plpgsql
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
DECLARE
  v_is_noted boolean := coalesce(p_last_active_at > p_now - p_activity_ms, false);
BEGIN
  IF p_had_visit THEN
    IF v_is_noted AND p_new_position IS NOT DISTINCT FROM p_old_position THEN RETURN true; END IF;
    UPDATE visits SET position = p_new_position,
      last_active_at = CASE WHEN last_active_at > p_now - p_activity_ms THEN last_active_at ELSE p_now END
    WHERE chat_id = p_chat_id AND user_id = p_user_id AND position IS NOT DISTINCT FROM p_old_position;
    RETURN FOUND;
  END IF;
  -- A new visit is not made beside the closing of the chat or the end of the session, which would leave it behind.
  PERFORM FROM chats WHERE id = p_chat_id FOR KEY SHARE;
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM FROM sessions WHERE user_id = p_user_id FOR KEY SHARE;
  IF NOT FOUND THEN RETURN false; END IF;
  INSERT INTO visits (chat_id, user_id, chat_created_at, position, last_active_at)
    VALUES (p_chat_id, p_user_id, p_chat_created_at, p_new_position, p_now) ON CONFLICT DO NOTHING;
  RETURN FOUND;
END $$;

-- A page of messages for a reader. No line if there is no such chat.
CREATE FUNCTION list_messages_v1(
  p_chat_id uuid, p_user_id uuid, p_is_upwards boolean, p_from_seq bigint, p_limit integer, p_max_bytes bigint,
  p_mark_read boolean, p_activity_ms bigint, p_now bigint
) RETURNS TABLE (messages json, first_kept bigint, last_kept bigint, position_before bigint, "position" bigint)
LANGUAGE plpgsql
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
DECLARE
  v record;
BEGIN
  LOOP
    IF p_is_upwards THEN
      SELECT f.*, m.* INTO v FROM find_reader_v1(p_chat_id, p_user_id, p_now) f, read_up_v1(
        p_chat_id, greatest(p_from_seq + 1, f.first_kept), f.last_kept, p_limit, p_max_bytes
      ) m;
    ELSE
      SELECT f.*, m.* INTO v FROM find_reader_v1(p_chat_id, p_user_id, p_now) f, read_down_v1(
        p_chat_id, least(p_from_seq - 1, f.last_kept), f.first_kept, p_limit, p_max_bytes
      ) m;
    END IF;
    IF NOT FOUND THEN RETURN; END IF;
    messages := v.messages;
    first_kept := v.first_kept;
    last_kept := v.last_kept;
    position_before := v.position;
    IF p_mark_read THEN position_before := coalesce(v.position, first_kept - 1); END IF;
    "position" := position_before;
    -- The page joins what was read: its lowest seq follows the position, or is the oldest kept.
    IF p_mark_read AND least(v.first_seq, v.last_seq) <= greatest("position" + 1, first_kept) THEN
      "position" := greatest("position", v.first_seq, v.last_seq);
    END IF;
    EXIT WHEN NOT v.is_live OR keep_visit_v1(
      p_chat_id, v.chat_created_at, p_user_id, v.has_visit, v.position, "position", v.last_active_at,
      least(p_activity_ms, v.ttl_ms / 2), p_now
    );
  END LOOP;
  RETURN NEXT;
END $$;

-- What a reader has not read. No line if there is no such chat; no position if `p_ack_seq` is beyond the end.
CREATE FUNCTION fetch_unread_v1(
  p_chat_id uuid, p_user_id uuid, p_ack_seq bigint, p_limit integer, p_max_bytes bigint, p_activity_ms bigint,
  p_now bigint
) RETURNS TABLE (
  messages json, first_kept bigint, last_kept bigint, read_after bigint, read_to bigint, "position" bigint
)
LANGUAGE plpgsql
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
DECLARE
  v record;
BEGIN
  LOOP
    SELECT f.*, m.* INTO v FROM (
      SELECT r.*, greatest(coalesce(r.position, r.first_kept - 1), p_ack_seq) AS read_after
      FROM find_reader_v1(p_chat_id, p_user_id, p_now) r
    ) f, read_up_v1(p_chat_id, greatest(f.read_after + 1, f.first_kept), f.last_kept, p_limit, p_max_bytes) m;
    IF NOT FOUND THEN RETURN; END IF;
    messages := v.messages;
    first_kept := v.first_kept;
    last_kept := v.last_kept;
    read_after := v.read_after;
    read_to := coalesce(v.last_seq, v.read_after);
    "position" := NULL;
    EXIT WHEN p_ack_seq > last_kept;
    "position" := CASE WHEN p_ack_seq IS NULL THEN read_to ELSE read_after END;
    EXIT WHEN NOT v.is_live OR keep_visit_v1(
      p_chat_id, v.chat_created_at, p_user_id, v.has_visit, v.position, "position", v.last_active_at,
      least(p_activity_ms, v.ttl_ms / 2), p_now
    );
  END LOOP;
  RETURN NEXT;
END $$;

-- Moves a reader's position. No line if there is no such chat; no position if `p_seq` is beyond the end.
CREATE FUNCTION mark_read_v1(p_chat_id uuid, p_user_id uuid, p_seq bigint, p_activity_ms bigint, p_now bigint)
RETURNS TABLE (first_kept bigint, last_kept bigint, "position" bigint)
LANGUAGE plpgsql
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
DECLARE
  v record;
BEGIN
  LOOP
    SELECT * INTO v FROM find_reader_v1(p_chat_id, p_user_id, p_now);
    IF NOT FOUND THEN RETURN; END IF;
    first_kept := v.first_kept;
    last_kept := v.last_kept;
    "position" := NULL;
    EXIT WHEN p_seq > last_kept;
    "position" := greatest(coalesce(v.position, first_kept - 1), p_seq);
    EXIT WHEN NOT v.is_live OR keep_visit_v1(
      p_chat_id, v.chat_created_at, p_user_id, v.has_visit, v.position, "position", v.last_active_at,
      least(p_activity_ms, v.ttl_ms / 2), p_now
    );
  END LOOP;
  RETURN NEXT;
END $$;

-- What is kept after a seq, for streams. No line if there is no such chat.
CREATE FUNCTION read_messages_v1(p_chat_id uuid, p_after_seq bigint, p_limit integer, p_max_bytes bigint, p_now bigint)
RETURNS TABLE (messages json, first_kept bigint, last_kept bigint, deadline bigint)
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
BEGIN
  RETURN QUERY SELECT m.messages, c.last_seq - c.kept + 1, c.last_seq, c.deadline
  FROM chats c, read_up_v1(
    p_chat_id, greatest(p_after_seq + 1, c.last_seq - c.kept + 1), c.last_seq, p_limit, p_max_bytes
  ) m WHERE c.id = p_chat_id AND c.deadline > p_now;
END $$;

-- The open chats in which a user has a position, the first `p_limit` after a place in the list.
CREATE FUNCTION list_unread_counts_v1(
  p_user_id uuid, p_after_created_at bigint, p_after_id uuid, p_limit integer, p_now bigint
) RETURNS TABLE (chat_id uuid, chat_created_at bigint, "position" bigint, first_kept bigint, last_kept bigint)
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
BEGIN
  RETURN QUERY SELECT v.chat_id, v.chat_created_at, v.position, c.last_seq - c.kept + 1, c.last_seq
  FROM sessions s
  JOIN visits v ON v.user_id = s.user_id AND (v.chat_created_at, v.chat_id) < (p_after_created_at, p_after_id)
  JOIN chats c ON c.id = v.chat_id AND c.deadline > p_now
  WHERE s.user_id = p_user_id AND s.deadline > p_now AND v.position IS NOT NULL
  ORDER BY v.chat_created_at DESC, v.chat_id DESC LIMIT p_limit;
END $$;

-- Down Migration

DROP FUNCTION list_unread_counts_v1, read_messages_v1, mark_read_v1, fetch_unread_v1, list_messages_v1;
DROP FUNCTION keep_visit_v1, find_reader_v1, read_down_v1, read_up_v1;
