-- Up Migration

-- Each function does up to `p_limit` deletions of one kind and returns how many; what another transaction has locked is left
-- to the next time, so any number of instances share the work. Nothing is found by scanning: there is an index for each.

-- Gives back the places of chats that are over.
CREATE FUNCTION sweep_chats_v1(p_limit integer, p_now bigint, p_bucket bigint, p_shard integer) RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
DECLARE
  v_chat_ids uuid[];
BEGIN
  v_chat_ids := ARRAY(
    SELECT id FROM chats WHERE deadline <= p_now ORDER BY deadline LIMIT p_limit FOR UPDATE SKIP LOCKED
  );
  IF cardinality(v_chat_ids) > 0 THEN PERFORM remove_chats_v1(v_chat_ids, p_bucket, p_shard); END IF;
  RETURN cardinality(v_chat_ids);
END $$;

-- Gives back the places of sessions that were over at `p_over_at`. Those that were prolonged are looked at again in time.
CREATE FUNCTION sweep_sessions_v1(p_limit integer, p_over_at bigint) RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
DECLARE
  v_user_ids uuid[];
  v_count bigint;
BEGIN
  v_user_ids := ARRAY(
    SELECT user_id FROM sessions WHERE due_at <= p_over_at ORDER BY due_at LIMIT p_limit FOR UPDATE SKIP LOCKED
  );
  IF cardinality(v_user_ids) = 0 THEN RETURN 0; END IF;
  UPDATE sessions SET due_at = deadline WHERE user_id = ANY (v_user_ids) AND deadline > p_over_at;
  WITH removed AS (
    DELETE FROM sessions WHERE user_id = ANY (v_user_ids) AND deadline <= p_over_at RETURNING user_id
  ),
  noted AS (INSERT INTO ended_sessions (user_id) SELECT user_id FROM removed)
  SELECT count(*) INTO v_count FROM removed;
  UPDATE places SET taken = taken - v_count WHERE kind = 'users' AND v_count > 0;
  RETURN cardinality(v_user_ids);
END $$;

-- Closes chats that a session left open whose ending was interrupted.
CREATE FUNCTION sweep_open_chats_of_ended_v1(
  p_limit integer, p_bucket bigint, p_shard integer, p_channel text
) RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
DECLARE
  v_user_id uuid;
  v_count integer;
BEGIN
  SELECT user_id INTO v_user_id FROM ended_sessions WHERE has_chats LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN RETURN 0; END IF;
  v_count := close_chats_of_v1(v_user_id, p_limit, p_bucket, p_shard, p_channel);
  UPDATE ended_sessions SET has_chats = EXISTS (SELECT FROM chats WHERE creator_id = v_user_id)
    WHERE user_id = v_user_id;
  RETURN greatest(v_count, 1);
END $$;

-- Deletes messages that are not kept any more, of the chat that waits longest. What is trimmed after `p_now` waits for the next
-- time: where messages are trimmed all the time, there would be no end otherwise, and no turn for anything else.
CREATE FUNCTION sweep_trimmed_v1(p_limit integer, p_now bigint) RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
DECLARE
  v_id uuid;
  v_trimmed_through bigint;
  v_trimmable bigint;
  v_through bigint;
  v_count integer;
BEGIN
  -- Whoever works on a chat holds its place in the queue. Its own row is never to be had without waiting where many post, and
  -- is waited for when the deleting is done.
  SELECT chat_id INTO v_id FROM trims WHERE queued_at <= p_now ORDER BY queued_at LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN RETURN 0; END IF;
  SELECT trimmed_through, last_seq - kept INTO v_trimmed_through, v_trimmable FROM chats WHERE id = v_id;
  v_through := least(v_trimmable, v_trimmed_through + p_limit);
  DELETE FROM messages WHERE chat_id = v_id AND seq > v_trimmed_through AND seq <= v_through;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  UPDATE chats SET trimmed_through = v_through WHERE id = v_id;
  -- A chat that is closed has left the queue to whoever deletes the rest of it.
  DELETE FROM trims WHERE chat_id = v_id AND NOT EXISTS (SELECT FROM chats WHERE id = v_id AND last_seq - kept > v_through);
  IF NOT FOUND AND v_through = v_trimmable THEN
    UPDATE trims SET queued_at = p_now + 1 WHERE chat_id = v_id;
  END IF;
  RETURN greatest(v_count, 1);
END $$;

-- Deletes what is left of one closed chat.
CREATE FUNCTION sweep_closed_chat_v1(p_limit integer) RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
DECLARE
  v_id uuid;
  v_left integer := p_limit;
  v_count integer;
BEGIN
  SELECT chat_id INTO v_id FROM closed_chats LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN RETURN 0; END IF;
  DELETE FROM messages WHERE chat_id = v_id
    AND seq IN (SELECT seq FROM messages WHERE chat_id = v_id ORDER BY seq LIMIT v_left);
  GET DIAGNOSTICS v_count = ROW_COUNT;
  v_left := v_left - v_count;
  DELETE FROM retry_ids WHERE chat_id = v_id AND (user_id, client_message_id) IN (
    SELECT user_id, client_message_id FROM retry_ids WHERE chat_id = v_id LIMIT v_left
  );
  GET DIAGNOSTICS v_count = ROW_COUNT;
  v_left := v_left - v_count;
  DELETE FROM visits WHERE chat_id = v_id
    AND user_id IN (SELECT user_id FROM visits WHERE chat_id = v_id LIMIT v_left FOR UPDATE SKIP LOCKED);
  GET DIAGNOSTICS v_count = ROW_COUNT;
  v_left := v_left - v_count;
  IF v_left > 0 AND NOT EXISTS (SELECT FROM visits WHERE chat_id = v_id) THEN
    DELETE FROM trims WHERE chat_id = v_id;
    DELETE FROM closed_chats WHERE chat_id = v_id;
    v_left := v_left - 1;
  END IF;
  RETURN p_limit - v_left;
END $$;

-- Deletes what is left of one ended session.
CREATE FUNCTION sweep_ended_session_v1(p_limit integer) RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
DECLARE
  v_id uuid;
  v_count integer;
BEGIN
  SELECT user_id INTO v_id FROM ended_sessions WHERE NOT has_chats LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN RETURN 0; END IF;
  DELETE FROM visits WHERE user_id = v_id
    AND chat_id IN (SELECT chat_id FROM visits WHERE user_id = v_id LIMIT p_limit FOR UPDATE SKIP LOCKED);
  GET DIAGNOSTICS v_count = ROW_COUNT;
  IF v_count < p_limit AND NOT EXISTS (SELECT FROM visits WHERE user_id = v_id) THEN
    DELETE FROM ended_sessions WHERE user_id = v_id;
    v_count := v_count + 1;
  END IF;
  RETURN v_count;
END $$;

-- Forgets client message ids that were first sent at `p_sent_until` or before.
CREATE FUNCTION sweep_retry_ids_v1(p_limit integer, p_sent_until bigint) RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
DECLARE
  v_count integer;
BEGIN
  DELETE FROM retry_ids WHERE (chat_id, user_id, client_message_id) IN (
    SELECT chat_id, user_id, client_message_id FROM retry_ids
    WHERE sent_at <= p_sent_until ORDER BY sent_at LIMIT p_limit FOR UPDATE SKIP LOCKED
  );
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END $$;

-- Adds tallies from before the hour that is counted up in one, the bucket `p_sum_bucket`.
CREATE FUNCTION sweep_tallies_v1(p_limit integer, p_first_bucket bigint, p_sum_bucket bigint) RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
DECLARE
  v_count integer;
  v_kept bigint;
BEGIN
  WITH old AS (
    DELETE FROM tallies WHERE (bucket, shard) IN (
      SELECT bucket, shard FROM tallies WHERE bucket > p_sum_bucket AND bucket < p_first_bucket
      ORDER BY bucket LIMIT p_limit FOR UPDATE SKIP LOCKED
    ) RETURNING kept
  ) SELECT count(*), sum(kept) INTO v_count, v_kept FROM old;
  INSERT INTO tallies AS t SELECT p_sum_bucket, 0, 0, v_kept WHERE v_kept <> 0
    ON CONFLICT (bucket, shard) DO UPDATE SET kept = t.kept + excluded.kept;
  RETURN v_count;
END $$;

-- Down Migration

DROP FUNCTION sweep_tallies_v1, sweep_retry_ids_v1, sweep_ended_session_v1, sweep_closed_chat_v1, sweep_trimmed_v1;
DROP FUNCTION sweep_open_chats_of_ended_v1, sweep_sessions_v1, sweep_chats_v1;
