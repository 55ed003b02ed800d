-- Up Migration

-- Times are milliseconds since the epoch. What never ends has the deadline 9007199254740991, the greatest number that
-- every layer carries exactly; so deadlines compare as numbers do. Ids are lower-case UUIDs; texts compare by their bytes.

-- One row: what belongs to the data as a whole.
CREATE TABLE meta (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  page_token_key bytea NOT NULL
);

-- The same on every way to the data.
CREATE FUNCTION get_page_token_key_v1() RETURNS bytea LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
  RETURN (SELECT page_token_key FROM meta);
END $$;

-- One row for each session that was not ended and whose place was not given back.
CREATE TABLE sessions (
  user_id uuid PRIMARY KEY,
  display_name text COLLATE "C" NOT NULL,
  token_hash bytea NOT NULL,
  created_at bigint NOT NULL,
  ttl_ms bigint NOT NULL,
  -- The latest of: its creation, its last message, the closing by hand of a chat it created.
  active_at bigint NOT NULL,
  -- The latest deadline of the chats it created, past ones included, those closed by hand excluded.
  chats_until bigint NOT NULL,
  deadline bigint NOT NULL
    GENERATED ALWAYS AS (least(greatest(active_at, chats_until) + ttl_ms, 9007199254740991)) STORED,
  -- When to look whether it is over; never after the deadline. Posts move the deadline and leave this index alone.
  due_at bigint NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX sessions_due ON sessions (due_at);

-- One row for each chat that was not closed and whose place was not given back.
CREATE TABLE chats (
  id uuid PRIMARY KEY,
  title text COLLATE "C" NOT NULL,
  creator_id uuid NOT NULL,
  creator_name text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  -- 0: all are kept.
  max_messages bigint NOT NULL,
  read_only boolean NOT NULL,
  unlisted boolean NOT NULL,
  ttl_ms bigint,
  deadline bigint NOT NULL,
  last_seq bigint NOT NULL DEFAULT 0,
  last_sent_at bigint,
  -- How many messages are kept: those with the highest seqs.
  kept bigint NOT NULL
    GENERATED ALWAYS AS (CASE max_messages WHEN 0 THEN last_seq ELSE least(last_seq, max_messages) END) STORED,
  -- Messages up to this seq have been deleted.
  trimmed_through bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 70);
CREATE INDEX chats_listed ON chats (created_at DESC, id DESC) WHERE NOT unlisted;
CREATE INDEX chats_unlisted ON chats (created_at DESC, id DESC) WHERE unlisted;
CREATE INDEX chats_by_creator ON chats (creator_id, deadline);
CREATE INDEX chats_due ON chats (deadline);

-- Some may be trimmed already: readers look from `last_seq - kept` on.
CREATE TABLE messages (
  chat_id uuid NOT NULL,
  seq bigint NOT NULL,
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  display_name text COLLATE "C" NOT NULL,
  text text COLLATE "C" NOT NULL,
  sent_at bigint NOT NULL,
  size_bytes bigint NOT NULL,
  PRIMARY KEY (chat_id, seq)
);

-- Chats with messages to delete that are not kept any more.
CREATE TABLE trims (
  chat_id uuid PRIMARY KEY,
  -- Since when they wait; what came while others were deleted, since then.
  queued_at bigint NOT NULL
);
CREATE INDEX trims_queue ON trims (queued_at);

-- The first message that was sent with a client message id. It outlives the message's own row, but for the text: who repeats
-- it sends that along.
CREATE TABLE retry_ids (
  chat_id uuid NOT NULL,
  user_id uuid NOT NULL,
  client_message_id text COLLATE "C" NOT NULL,
  message_id uuid NOT NULL,
  seq bigint NOT NULL,
  display_name text COLLATE "C" NOT NULL,
  -- SHA-256.
  text_hash bytea NOT NULL,
  sent_at bigint NOT NULL,
  PRIMARY KEY (chat_id, user_id, client_message_id)
);
CREATE INDEX retry_ids_age ON retry_ids (sent_at);

-- What one user has in one chat. Goes with either of them.
CREATE TABLE visits (
  chat_id uuid NOT NULL,
  user_id uuid NOT NULL,
  chat_created_at bigint NOT NULL,
  -- Absent until something makes one.
  position bigint,
  -- Absent until the user is active in the chat.
  last_active_at bigint,
  PRIMARY KEY (chat_id, user_id)
) WITH (fillfactor = 70);
CREATE INDEX visits_by_user ON visits (user_id, chat_created_at DESC, chat_id DESC);
CREATE INDEX visits_active ON visits (chat_id, last_active_at DESC);

-- How many rows the tables of sessions and chats have: changed in the transaction that adds or removes one.
CREATE TABLE places (
  kind text COLLATE "C" PRIMARY KEY,
  taken bigint NOT NULL
) WITH (fillfactor = 10);
INSERT INTO places VALUES ('chats', 0), ('users', 0);

-- Messages by the time they were accepted, in rows that writers share out among themselves: their sums are the statistics.
CREATE TABLE tallies (
  bucket bigint NOT NULL,
  shard integer NOT NULL,
  accepted bigint NOT NULL,
  -- By how much the number of kept messages has changed.
  kept bigint NOT NULL,
  PRIMARY KEY (bucket, shard)
) WITH (fillfactor = 50);

-- What was closed or ended, while rows of it are left in other tables.
CREATE TABLE closed_chats (chat_id uuid PRIMARY KEY);
CREATE TABLE ended_sessions (
  user_id uuid PRIMARY KEY,
  -- Whether chats of it may still be open.
  has_chats boolean NOT NULL DEFAULT false
);
CREATE INDEX ended_sessions_with_chats ON ended_sessions (user_id) WHERE has_chats;

-- Down Migration

DROP FUNCTION get_page_token_key_v1;
DROP TABLE ended_sessions, closed_chats, tallies, places, visits, retry_ids, trims, messages, chats, sessions, meta;
