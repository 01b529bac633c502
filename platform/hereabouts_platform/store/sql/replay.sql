-- Statements of replay: what is to be read again, what stands, and what changes. Every multi-row write comes sorted by
-- its key, so that workers never deadlock.

-- name: lock
-- One replay at a time changes things: nobody else changes rows of `uplink`.
SELECT pg_try_advisory_lock(hashtext('hereabouts replay'))

-- name: unlock
SELECT pg_advisory_unlock(hashtext('hereabouts replay'))

-- name: make_scratch
-- The work list, and what a dry run would have changed: beside the client, so that memory stays flat.
CREATE TEMPORARY TABLE IF NOT EXISTS replay_work
    (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, batch_id int NOT NULL, received_at timestamptz NOT NULL);
CREATE TEMPORARY TABLE IF NOT EXISTS replay_dry_reading
    (deployment_id int, quantity text, channel text, time timestamptz, value float8, batch_id int NOT NULL,
     PRIMARY KEY (deployment_id, quantity, channel, time));
CREATE TEMPORARY TABLE IF NOT EXISTS replay_dry_key
    (source_id int, key bytea, batch_id int NOT NULL, index int NOT NULL, PRIMARY KEY (source_id, key));
CREATE TEMPORARY TABLE IF NOT EXISTS replay_seen
    (source_id int, content_hash bytea, reason text, count int NOT NULL, PRIMARY KEY (source_id, content_hash, reason));
CREATE TEMPORARY TABLE IF NOT EXISTS replay_seen_value
    (source_id int, content_hash bytea, value text, wanted boolean NOT NULL,
     PRIMARY KEY (source_id, content_hash, value));
TRUNCATE replay_work, replay_dry_reading, replay_dry_key, replay_seen, replay_seen_value RESTART IDENTITY

-- name: list_received
-- Batches with messages received in a span of time.
INSERT INTO replay_work (batch_id, received_at)
SELECT u.batch_id, min(u.received_at) FROM uplink u JOIN source s ON s.id = u.source_id
WHERE (%(from_at)s::timestamptz IS NULL OR u.received_at >= %(from_at)s)
  AND (%(to_at)s::timestamptz IS NULL OR u.received_at < %(to_at)s)
  AND (%(device)s::text IS NULL OR u.device_id = %(device)s)
  AND (%(source)s::text IS NULL OR s.name = %(source)s)
  AND (%(profile)s::text IS NULL OR u.device_id IN (SELECT id FROM device WHERE profile_id = %(profile)s))
GROUP BY u.batch_id
ORDER BY 2, 1

-- name: list_waiting
-- Batches with messages that wait in quarantine: the first delivery of each row by its place, and of rows with more
-- every message that may be one of them.
WITH wanted AS (
    SELECT q.* FROM quarantine q JOIN source s ON s.id = q.source_id
    WHERE q.deliveries > q.replayed
      AND (%(reason)s::text IS NULL OR q.reason = %(reason)s)
      AND (%(device)s::text IS NULL OR q.device_id = %(device)s)
      AND (%(source)s::text IS NULL OR s.name = %(source)s)
)
INSERT INTO replay_work (batch_id, received_at)
SELECT found.batch_id, min(found.received_at) FROM (
    SELECT batch_id, received_at FROM wanted
    UNION ALL
    SELECT u.batch_id, u.received_at FROM wanted q
    JOIN uplink u ON (u.device_id = q.device_id OR (u.device_id IS NULL AND q.device_id IS NULL))
        AND u.received_at BETWEEN q.received_at AND q.last_at
        AND u.source_id = q.source_id AND u.outcome = 'quarantined'
    WHERE q.kind = 'message' AND q.deliveries > 1
) AS found
GROUP BY found.batch_id
ORDER BY 2, 1

-- name: count_work
SELECT count(*) FROM replay_work

-- name: work
-- The next batches with their bytes, which may have expired.
SELECT w.number, w.batch_id, b.blob
FROM replay_work w
LEFT JOIN LATERAL (
    SELECT b.blob FROM batch b WHERE b.id = w.batch_id AND b.received_at >= w.received_at ORDER BY b.received_at LIMIT 1
) b ON true
WHERE w.number > %s
ORDER BY w.number
LIMIT %s

-- name: listed_batch
-- One batch of the work list with its bytes.
SELECT w.number, w.batch_id, b.blob
FROM replay_work w
JOIN LATERAL (
    SELECT b.blob FROM batch b WHERE b.id = w.batch_id AND b.received_at >= w.received_at ORDER BY b.received_at LIMIT 1
) b ON true
WHERE w.batch_id = %s AND b.blob IS NOT NULL
LIMIT 1

-- name: uplinks
SELECT batch_id, index, received_at, source_id::int, outcome, device_id, observed_at, time_source, clock_bad, f_port,
       f_cnt, decoder
FROM uplink WHERE batch_id = ANY (%s)
ORDER BY batch_id, index

-- name: without_bytes
-- Waiting rows whose batch has no bytes any more: their own are read.
SELECT q.id, q.kind, q.source_id::int, s.name, q.device_id, q.reason, q.field, q.channel, q.time, q.received_at,
       q.last_at, q.deliveries - q.replayed, q.batch_id, q.index, q.content_hash, q.topic, q.payload
FROM quarantine q JOIN source s ON s.id = q.source_id
WHERE q.deliveries > q.replayed AND q.id > %(behind)s
  AND (%(from_at)s::timestamptz IS NULL OR q.received_at >= %(from_at)s)
  AND (%(to_at)s::timestamptz IS NULL OR q.received_at < %(to_at)s)
  AND (%(reason)s::text IS NULL OR q.reason = %(reason)s)
  AND (%(device)s::text IS NULL OR q.device_id = %(device)s)
  AND (%(source)s::text IS NULL OR s.name = %(source)s)
  AND (%(profile)s::text IS NULL OR q.device_id IN (SELECT id FROM device WHERE profile_id = %(profile)s))
  AND NOT EXISTS (SELECT FROM batch b WHERE b.id = q.batch_id AND b.received_at >= q.received_at AND b.blob IS NOT NULL)
ORDER BY q.id
LIMIT %(most)s

-- name: waiting
-- Waiting rows of contents. A look-up each, whatever the planner knows of the table: without the fence it walks all that
-- waits for every content while a young table is not analysed.
SELECT q.id, q.kind, q.source_id::int, s.name, q.device_id, q.reason, q.field, q.channel, q.time, q.received_at,
       q.last_at, q.deliveries - q.replayed, q.batch_id, q.index, q.content_hash
FROM unnest(%s::smallint[], %s::bytea[]) AS u (source_id, content_hash)
CROSS JOIN LATERAL (
    SELECT * FROM quarantine WHERE source_id = u.source_id AND content_hash = u.content_hash OFFSET 0
) q
JOIN source s ON s.id = q.source_id
WHERE q.deliveries > q.replayed
ORDER BY q.id

-- name: seen
-- Deliveries that the store shows waiting and that this replay has seen to already.
SELECT r.source_id, r.content_hash, r.reason, r.count
FROM unnest(%s::int[], %s::bytea[]) AS u (source_id, content_hash)
JOIN replay_seen r ON r.source_id = u.source_id AND r.content_hash = u.content_hash

-- name: note_seen
INSERT INTO replay_seen AS r (source_id, content_hash, reason, count)
SELECT * FROM unnest(%s::int[], %s::bytea[], %s::text[], %s::int[])
ON CONFLICT (source_id, content_hash, reason) DO UPDATE SET count = r.count + excluded.count

-- name: seen_values
-- Refused values of contents that this replay has seen to: whether a message wants one, or all that came by let it go.
SELECT r.source_id, r.content_hash, r.value, r.wanted
FROM unnest(%s::int[], %s::bytea[]) AS u (source_id, content_hash)
JOIN replay_seen_value r ON r.source_id = u.source_id AND r.content_hash = u.content_hash

-- name: note_seen_values
INSERT INTO replay_seen_value AS r (source_id, content_hash, value, wanted)
SELECT * FROM unnest(%s::int[], %s::bytea[], %s::text[], %s::boolean[])
ON CONFLICT (source_id, content_hash, value) DO UPDATE SET wanted = r.wanted OR excluded.wanted

-- name: keys
SELECT k.source_id::int, k.key, k.batch_id, k.index
FROM unnest(%s::smallint[], %s::bytea[]) AS u (source_id, key)
JOIN uplink_key k ON k.source_id = u.source_id AND k.key = u.key

-- name: dry_keys
SELECT k.source_id, k.key, k.batch_id, k.index
FROM unnest(%s::int[], %s::bytea[]) AS u (source_id, key)
JOIN replay_dry_key k ON k.source_id = u.source_id AND k.key = u.key

-- name: readings
SELECT d.deployment_id, d.quantity, d.channel, r.time, r.value, r.batch_id
FROM unnest(%s::int[], %s::text[], %s::text[], %s::timestamptz[]) AS u (deployment_id, quantity, channel, time)
JOIN datastream d ON d.deployment_id = u.deployment_id AND d.quantity = u.quantity AND d.channel = u.channel
JOIN reading r ON r.datastream_id = d.id AND r.time = u.time

-- name: dry_readings
SELECT r.deployment_id, r.quantity, r.channel, r.time, r.value, r.batch_id
FROM unnest(%s::int[], %s::text[], %s::text[], %s::timestamptz[]) AS u (deployment_id, quantity, channel, time)
JOIN replay_dry_reading r ON r.deployment_id = u.deployment_id AND r.quantity = u.quantity
    AND r.channel = u.channel AND r.time = u.time

-- name: owned
-- Readings that came of a device's messages in a batch. A batch lists the hours it touched; replay lists those it added.
WITH asked AS (
    SELECT * FROM unnest(%(batches)s::int[], %(devices)s::text[]) AS u (batch_id, device_id)
), touched AS (
    SELECT b.id AS batch_id, t.datastream_id, t.hour
    FROM batch b CROSS JOIN LATERAL unnest(b.touched_datastreams, b.touched_hours) AS t (datastream_id, hour)
    WHERE b.id = ANY (%(batches)s::int[])
    UNION
    SELECT batch_id, datastream_id, hour FROM replay_touch WHERE batch_id = ANY (%(batches)s::int[])
)
SELECT a.batch_id, a.device_id, d.deployment_id, d.quantity, d.channel, r.time, r.value
FROM asked a
JOIN touched t ON t.batch_id = a.batch_id
JOIN datastream d ON d.id = t.datastream_id
JOIN deployment p ON p.id = d.deployment_id AND p.device_id = a.device_id
JOIN reading r ON r.datastream_id = d.id AND r.time >= t.hour AND r.time < t.hour + interval '1 hour'
    AND r.batch_id = a.batch_id

-- name: events
SELECT e.device_id, e.time, e.code
FROM unnest(%s::text[], %s::timestamptz[], %s::text[]) AS u (device_id, time, code)
JOIN device_event e ON e.device_id = u.device_id AND e.time = u.time AND e.code = u.code

-- name: places
-- Where deployments are: device, place, and the home it is or is a room of.
SELECT d.id, d.device_id, p.id, CASE WHEN p.kind = 'home' THEN p.id WHEN up.kind = 'home' THEN up.id END
FROM deployment d JOIN place p ON p.id = d.place_id LEFT JOIN place up ON up.id = p.parent_id
WHERE d.id = ANY (%s)

-- name: note_dry_readings
INSERT INTO replay_dry_reading AS r (deployment_id, quantity, channel, time, value, batch_id)
SELECT * FROM unnest(%s::int[], %s::text[], %s::text[], %s::timestamptz[], %s::float8[], %s::int[])
ON CONFLICT (deployment_id, quantity, channel, time) DO UPDATE SET value = excluded.value, batch_id = excluded.batch_id

-- name: note_dry_keys
INSERT INTO replay_dry_key (source_id, key, batch_id, index)
SELECT * FROM unnest(%s::int[], %s::bytea[], %s::int[], %s::int[])
ON CONFLICT DO NOTHING

-- name: learn_dry
-- The server's own analysis never looks at temporary tables; without it they are searched from end to end.
ANALYZE replay_dry_reading, replay_dry_key, replay_seen

-- name: next_batch
SELECT nextval('batch_number')

-- name: insert_datastreams
INSERT INTO datastream (deployment_id, quantity, channel, unit, kind)
SELECT * FROM unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::text[])
ON CONFLICT DO NOTHING

-- name: datastreams
SELECT d.deployment_id, d.quantity, d.channel, d.id
FROM unnest(%s::int[], %s::text[], %s::text[]) AS u (deployment_id, quantity, channel)
JOIN datastream d ON d.deployment_id = u.deployment_id AND d.quantity = u.quantity AND d.channel = u.channel

-- name: revise
SELECT revise_readings(%s::int[], %s::int[], %s::timestamptz[], %s::float8[], %s::float8[], %s::text[])

-- name: take_keys
INSERT INTO uplink_key (source_id, key, batch_id, index, received_at)
SELECT * FROM unnest(%s::smallint[], %s::bytea[], %s::int[], %s::int[], %s::timestamptz[])
ON CONFLICT DO NOTHING

-- name: lock_latest
-- A worker that stores a reading of these datastreams just now has either ended when this returns, or waits for us: the
-- next statement sees every reading that a later `latest` would be behind of.
SELECT datastream_id FROM latest WHERE datastream_id = ANY (%s) ORDER BY datastream_id FOR UPDATE

-- name: follow_latest
UPDATE latest l SET batch_id = r.batch_id, time = r.time, value = r.value
FROM unnest(%s::int[]) AS u (id)
CROSS JOIN LATERAL (
    SELECT batch_id, time, value FROM reading WHERE datastream_id = u.id ORDER BY time DESC LIMIT 1
) r
WHERE l.datastream_id = u.id AND (l.batch_id, l.time, l.value) IS DISTINCT FROM (r.batch_id, r.time, r.value)

-- name: drop_latest
DELETE FROM latest l WHERE l.datastream_id = ANY (%s)
    AND NOT EXISTS (SELECT FROM reading r WHERE r.datastream_id = l.datastream_id)

-- name: begin_latest
INSERT INTO latest AS l (datastream_id, batch_id, time, value)
SELECT u.id, r.batch_id, r.time, r.value
FROM unnest(%s::int[]) AS u (id)
CROSS JOIN LATERAL (
    SELECT batch_id, time, value FROM reading WHERE datastream_id = u.id ORDER BY time DESC LIMIT 1
) r
ORDER BY u.id
ON CONFLICT (datastream_id) DO UPDATE
SET batch_id = excluded.batch_id, time = excluded.time, value = excluded.value
WHERE l.time < excluded.time

-- name: hear_devices
INSERT INTO device_heard AS h (device_id, at)
SELECT u.* FROM unnest(%s::text[], %s::timestamptz[]) AS u (device_id, at) JOIN device d ON d.id = u.device_id
ORDER BY u.device_id
ON CONFLICT (device_id) DO UPDATE SET at = excluded.at WHERE h.at < excluded.at

-- name: insert_events
INSERT INTO device_event (batch_id, device_id, time, code, detail)
SELECT u.* FROM unnest(%s::int[], %s::text[], %s::timestamptz[], %s::text[], %s::text[])
    AS u (batch_id, device_id, time, code, detail)
JOIN device d ON d.id = u.device_id
ORDER BY u.device_id, u.time, u.code
ON CONFLICT DO NOTHING

-- name: change_uplinks
UPDATE uplink AS l
SET outcome = u.outcome, device_id = u.device_id, observed_at = u.observed_at, time_source = u.time_source,
    clock_bad = u.clock_bad, f_port = u.f_port, f_cnt = u.f_cnt, decoder = u.decoder
FROM unnest(%s::int[], %s::int[], %s::timestamptz[], %s::text[], %s::text[], %s::timestamptz[], %s::text[],
            %s::boolean[], %s::int[], %s::bigint[], %s::text[])
    AS u (batch_id, index, received_at, outcome, device_id, observed_at, time_source, clock_bad, f_port, f_cnt, decoder)
WHERE l.batch_id = u.batch_id AND l.index = u.index AND l.received_at = u.received_at

-- name: release
UPDATE quarantine AS q
SET replayed = least(q.deliveries, q.replayed + u.count), resolved_at = now(), resolved_by = current_principal(),
    resolved_as = u.became
FROM unnest(%s::bigint[], %s::int[], %s::text[]) AS u (id, count, became)
WHERE q.id = u.id

-- name: set_aside
-- A row from which all had left is opened again by the message that comes now: it is the one to ask for.
INSERT INTO quarantine AS q (batch_id, kind, source_id, topic, device_id, reason, detail, field, raw, quantity,
                             channel, time, received_at, last_at, deliveries, index, content_hash, payload)
SELECT * FROM unnest(%s::int[], %s::text[], %s::smallint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                     %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],
                     %s::int[], %s::int[], %s::bytea[], %s::bytea[])
ON CONFLICT (source_id, content_hash, kind, reason, field, channel, coalesce(time, 'epoch')) DO UPDATE
SET deliveries = q.deliveries + excluded.deliveries, last_at = greatest(q.last_at, excluded.last_at),
    batch_id = CASE WHEN q.deliveries = q.replayed THEN excluded.batch_id ELSE q.batch_id END,
    index = CASE WHEN q.deliveries = q.replayed THEN excluded.index ELSE q.index END,
    received_at = CASE WHEN q.deliveries = q.replayed THEN excluded.received_at ELSE q.received_at END

-- name: move_counts
INSERT INTO ingest_count AS c (slot, source_id, hour, stored, duplicate, quarantined, ignored, values_stored,
                               values_refused)
SELECT %s, u.* FROM unnest(%s::smallint[], %s::timestamptz[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
                           %s::bigint[], %s::bigint[]) AS u
ON CONFLICT (source_id, hour, slot) DO UPDATE
SET stored = c.stored + excluded.stored, duplicate = c.duplicate + excluded.duplicate,
    quarantined = c.quarantined + excluded.quarantined, ignored = c.ignored + excluded.ignored,
    values_stored = c.values_stored + excluded.values_stored,
    values_refused = c.values_refused + excluded.values_refused

-- name: ignored_for
SELECT u.source_id, u.hour, r.reason, sum(r.count)::bigint
FROM unnest(%s::int[], %s::timestamptz[]) AS u (source_id, hour)
JOIN ingest_reason r ON r.source_id = u.source_id AND r.hour = u.hour AND r.outcome = 'ignored'
GROUP BY u.source_id, u.hour, r.reason

-- name: note_touched
INSERT INTO replay_touch (batch_id, datastream_id, hour)
SELECT * FROM unnest(%s::int[], %s::int[], %s::timestamptz[])
ON CONFLICT DO NOTHING

-- name: insert_batch
INSERT INTO batch (id, received_at, slot, message_count, detail, touched_datastreams, touched_hours)
VALUES (%s, %s, %s, 0, %s, %s, %s)
