-- Up Migration

-- What was spent of rates and is not given back yet. A crash of the server may empty it, which nobody notices for long; that
-- saves writing it to disk twice.
CREATE UNLOGGED TABLE rates (
  key text COLLATE "C" PRIMARY KEY,
  burst bigint NOT NULL,
  period_ms bigint NOT NULL,
  -- In calls, at the time `at`.
  spent double precision NOT NULL,
  at bigint NOT NULL,
  -- When it is given back altogether, or a little later: so coarse that most changes leave it as it is, and its index with it.
  kept_until bigint NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX rates_by_end ON rates (kept_until);

-- What is not given back yet of what was spent, a while later.
CREATE FUNCTION still_spent_v1(p_spent double precision, p_elapsed_ms bigint, p_burst bigint, p_period_ms bigint)
RETURNS double precision LANGUAGE sql IMMUTABLE AS $$
  SELECT greatest(0, p_spent - (greatest(0, p_elapsed_ms) * p_burst)::double precision / p_period_ms)
$$;

-- When all of it is given back, in steps of `p_step_ms`.
CREATE FUNCTION rate_kept_until_v1(
  p_spent double precision, p_at bigint, p_burst bigint, p_period_ms bigint, p_step_ms bigint
) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT ((p_at + ceil(p_spent * p_period_ms / p_burst)::bigint) / p_step_ms + 1) * p_step_ms
$$;

-- Adds up what was spent. Keys are locked in their order. Returns what is spent of each at `p_now`, in the order given.
CREATE FUNCTION spend_rates_v1(
  p_keys text[], p_bursts bigint[], p_periods_ms bigint[], p_counts bigint[], p_ats bigint[], p_now bigint,
  p_step_ms bigint
) RETURNS TABLE (answer double precision)
LANGUAGE plpgsql
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
BEGIN
  RETURN QUERY
  WITH spends AS (
    SELECT * FROM unnest(p_keys, p_bursts, p_periods_ms, p_counts, p_ats) WITH ORDINALITY
      AS s (key, burst, period_ms, count, at, place)
  ),
  stored AS (
    INSERT INTO rates AS r (key, burst, period_ms, spent, at, kept_until)
    SELECT s.key, s.burst, s.period_ms, s.count, s.at,
      rate_kept_until_v1(s.count, s.at, s.burst, s.period_ms, p_step_ms)
    FROM spends s ORDER BY s.key COLLATE "C"
    ON CONFLICT (key) DO UPDATE SET
      burst = excluded.burst,
      period_ms = excluded.period_ms,
      spent = still_spent_v1(r.spent, excluded.at - r.at, excluded.burst, excluded.period_ms) + excluded.spent,
      at = greatest(r.at, excluded.at),
      kept_until = rate_kept_until_v1(
        still_spent_v1(r.spent, excluded.at - r.at, excluded.burst, excluded.period_ms) + excluded.spent,
        greatest(r.at, excluded.at), excluded.burst, excluded.period_ms, p_step_ms
      )
    RETURNING r.key, r.spent, r.at
  )
  SELECT still_spent_v1(t.spent, p_now - t.at, s.burst, s.period_ms)
  FROM spends s JOIN stored t ON t.key = s.key COLLATE "C" ORDER BY s.place;
END $$;

-- Forgets what is given back altogether.
CREATE FUNCTION sweep_rates_v1(p_limit integer, p_now bigint) RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
DECLARE
  v_count integer;
BEGIN
  DELETE FROM rates WHERE key IN (
    SELECT key FROM rates WHERE kept_until <= p_now ORDER BY kept_until LIMIT p_limit FOR UPDATE SKIP LOCKED
  );
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END $$;

-- Down Migration

DROP FUNCTION sweep_rates_v1, spend_rates_v1, rate_kept_until_v1, still_spent_v1;
DROP TABLE rates;
