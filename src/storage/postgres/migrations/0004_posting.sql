-- Up Migration

-- Appends posts that arrived together, in their order, each judged by itself. Returns a line for each: a refusal, or
-- nothing and what is stored of its message, which for a repeat is the first one's.
CREATE FUNCTION post_messages_v1(
  p_ids uuid[], p_chat_ids uuid[], p_user_ids uuid[], p_texts text[], p_sizes bigint[], p_client_ids text[],
  p_nows bigint[], p_retry_memory_ms bigint, p_activity_ms bigint, p_bucket_ms bigint, p_shard integer,
  p_channel text, p_topics_per_note integer
) RETURNS TABLE (refusal text, id uuid, seq bigint, display_name text, sent_at bigint)
LANGUAGE plpgsql
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
#variable_conflict use_column
DECLARE
  v_earliest bigint := (SELECT min(now) FROM unnest(p_nows) AS now);
BEGIN
  -- What is over for every post is left to house-keeping, which passes over what is locked.
  PERFORM FROM chats WHERE id = ANY (p_chat_ids) AND deadline > v_earliest ORDER BY id FOR NO KEY UPDATE;
  PERFORM FROM sessions WHERE user_id = ANY (p_user_ids) AND deadline > v_earliest
    ORDER BY user_id FOR NO KEY UPDATE;

  -- Whoever posts has a visit, perhaps an empty one, so that it can be updated below whoever else makes it at this moment.
  INSERT INTO visits (chat_id, user_id, chat_created_at)
    SELECT DISTINCT c.id, s.user_id, c.created_at
    FROM unnest(p_chat_ids, p_user_ids) AS p (chat_id, user_id)
    JOIN chats c ON c.id = p.chat_id AND c.deadline > v_earliest
    JOIN sessions s ON s.user_id = p.user_id AND s.deadline > v_earliest
    WHERE (NOT c.read_only OR c.creator_id = p.user_id)
      AND NOT EXISTS (SELECT FROM visits v WHERE v.chat_id = p.chat_id AND v.user_id = p.user_id)
    ON CONFLICT DO NOTHING;

  RETURN QUERY WITH judged AS MATERIALIZED (
    SELECT p.*, s.display_name, s.ttl_ms, c.last_seq, c.last_sent_at, c.max_messages, c.trimmed_through, c.kept,
      r.message_id AS first_id, r.seq AS first_seq, r.display_name AS first_name, r.sent_at AS first_sent_at,
      CASE
        WHEN s.user_id IS NULL OR s.deadline <= p.now THEN 'UNAUTHENTICATED'
        WHEN c.id IS NULL OR c.deadline <= p.now THEN 'CHAT_NOT_FOUND'
        WHEN c.read_only AND c.creator_id <> p.user_id THEN 'CHAT_READ_ONLY'
        WHEN r.message_id IS NULL THEN NULL
        WHEN r.text_hash = sha256(convert_to(p.text, 'UTF8')) THEN 'REPEATED'
        ELSE 'MESSAGE_ID_CONFLICT'
      END AS verdict
    FROM unnest(p_ids, p_chat_ids, p_user_ids, p_texts, p_sizes, p_client_ids, p_nows)
      WITH ORDINALITY AS p (id, chat_id, user_id, text, size_bytes, client_id, now, turn)
    LEFT JOIN sessions s ON s.user_id = p.user_id
    LEFT JOIN chats c ON c.id = p.chat_id
    LEFT JOIN retry_ids r ON r.chat_id = p.chat_id AND r.user_id = p.user_id AND r.client_message_id = p.client_id
      AND r.sent_at + p_retry_memory_ms > p.now
  ),
  -- The same client message id may come twice in one batch: the first is posted.
  ranked AS MATERIALIZED (
    SELECT j.*, CASE WHEN verdict IS NULL AND client_id IS NOT NULL
      THEN row_number() OVER (PARTITION BY verdict, chat_id, user_id, client_id ORDER BY turn) ELSE 1 END AS attempt
    FROM judged j
  ),
  numbered AS MATERIALIZED (
    SELECT r.*, last_seq + row_number() OVER by_chat AS new_seq,
      greatest(last_sent_at, max(now) OVER by_chat) AS new_sent_at,
      last_seq + row_number() OVER by_chat - row_number() OVER by_visit AS run
    FROM ranked r WHERE verdict IS NULL AND attempt = 1
    WINDOW by_chat AS (PARTITION BY chat_id ORDER BY turn), by_visit AS (PARTITION BY chat_id, user_id ORDER BY turn)
  ),
  stored AS (
    INSERT INTO messages (chat_id, seq, id, user_id, display_name, text, sent_at, size_bytes)
    SELECT chat_id, new_seq, id, user_id, display_name, text, new_sent_at, size_bytes FROM numbered
  ),
  remembered AS (
    INSERT INTO retry_ids (chat_id, user_id, client_message_id, message_id, seq, display_name, text_hash, sent_at)
    SELECT chat_id, user_id, client_id, id, new_seq, display_name, sha256(convert_to(text, 'UTF8')), new_sent_at
    FROM numbered WHERE client_id IS NOT NULL
    ON CONFLICT (chat_id, user_id, client_message_id) DO UPDATE SET message_id = excluded.message_id,
      seq = excluded.seq, display_name = excluded.display_name, text_hash = excluded.text_hash, sent_at = excluded.sent_at
  ),
  appended AS MATERIALIZED (
    SELECT chat_id, max(new_seq) AS new_seq, max(new_sent_at) AS new_sent_at, max(now) AS now,
      min(last_seq - max_messages) AS trimmable_before, min(max_messages) AS max_messages,
      min(trimmed_through) AS trimmed_through, min(kept) AS kept_before
    FROM numbered GROUP BY chat_id
  ),
  moved AS (
    UPDATE chats c SET last_seq = a.new_seq, last_sent_at = a.new_sent_at
    FROM appended a WHERE c.id = a.chat_id RETURNING c.kept - a.kept_before AS added
  ),
  queued AS (
    INSERT INTO trims (chat_id, queued_at) SELECT chat_id, now FROM appended
    WHERE max_messages > 0 AND trimmable_before <= trimmed_through AND new_seq - max_messages > trimmed_through
    ON CONFLICT DO NOTHING
  ),
  -- Authors whose position was at the end are carried over their own posts, up to the first that is not theirs.
  visiting AS MATERIALIZED (
    SELECT chat_id, user_id, min(run) AS before, min(run) + count(*) FILTER (WHERE run = first_run) AS carried_to,
      max(now) AS now, min(ttl_ms) AS ttl_ms
    FROM (SELECT n.*, min(run) OVER (PARTITION BY chat_id, user_id) AS first_run FROM numbered n) n
    GROUP BY chat_id, user_id
  ),
  visited AS (
    UPDATE visits v SET
      position = CASE v.position WHEN a.before THEN a.carried_to ELSE v.position END,
      last_active_at = CASE WHEN v.last_active_at > a.now - least(p_activity_ms, a.ttl_ms / 2)
        THEN v.last_active_at ELSE a.now END
    FROM visiting a WHERE v.chat_id = a.chat_id AND v.user_id = a.user_id AND (
      v.position = a.before OR v.last_active_at IS NULL
      OR v.last_active_at <= a.now - least(p_activity_ms, a.ttl_ms / 2)
    )
  ),
  prolonged AS (
    UPDATE sessions s SET active_at = a.now
    FROM (SELECT user_id, max(now) AS now FROM visiting GROUP BY user_id) a
    WHERE s.user_id = a.user_id AND s.active_at < a.now
  ),
  tallied AS (
    INSERT INTO tallies AS t (bucket, shard, accepted, kept)
    SELECT bucket, p_shard, accepted,
      CASE row_number() OVER (ORDER BY bucket) WHEN 1 THEN (SELECT sum(added) FROM moved) ELSE 0 END
    FROM (SELECT now / p_bucket_ms AS bucket, count(*) AS accepted FROM numbered GROUP BY 1) b ORDER BY bucket
    ON CONFLICT (bucket, shard) DO UPDATE
      SET accepted = t.accepted + excluded.accepted, kept = t.kept + excluded.kept
  ),
  notes AS (
    SELECT pg_notify(p_channel, string_agg('c' || chat_id, ' ')) FROM (
      SELECT chat_id, (row_number() OVER () - 1) / p_topics_per_note AS note FROM appended
    ) a GROUP BY note
  )
  SELECT
    CASE
      WHEN r.verdict = 'REPEATED' OR f.text = r.text THEN NULL
      WHEN r.attempt > 1 THEN 'MESSAGE_ID_CONFLICT' ELSE r.verdict
    END,
    coalesce(n.id, f.id, r.first_id), coalesce(n.new_seq, f.new_seq, r.first_seq),
    coalesce(n.display_name, f.display_name, r.first_name), coalesce(n.new_sent_at, f.new_sent_at, r.first_sent_at)
  FROM ranked r
  LEFT JOIN numbered n ON n.turn = r.turn
  LEFT JOIN numbered f ON r.attempt > 1 AND f.chat_id = r.chat_id AND f.user_id = r.user_id AND f.client_id = r.client_id
  CROSS JOIN (SELECT count(*) FROM notes) AS sent
  ORDER BY r.turn;
END $$;

-- Down Migration

DROP FUNCTION post_messages_v1;
