-- Statements that write down one ingest transaction. Every multi-row write comes sorted by its key, so that workers
-- never deadlock.

-- name: next_batch
SELECT nextval('batch_number')

-- name: hear_devices
-- `at`: the newest observation; `received_at`: the newest arrival, NULL where nothing arrived (an import).
INSERT INTO device_heard AS h (device_id, at, received_at)
SELECT u.device_id, 'epoch'::timestamptz + u.at_us * interval '1 microsecond',
       'epoch'::timestamptz + u.received_us * interval '1 microsecond'
FROM unnest(%s::text[], %s::int8[], %s::int8[]) AS u (device_id, at_us, received_us)
JOIN device d ON d.id = u.device_id
ORDER BY u.device_id
ON CONFLICT (device_id) DO UPDATE
SET at = greatest(h.at, excluded.at), received_at = greatest(h.received_at, excluded.received_at)
WHERE h.at < excluded.at OR h.received_at IS DISTINCT FROM greatest(h.received_at, excluded.received_at)

-- name: insert_events
INSERT INTO device_event (batch_id, device_id, time, code, detail)
SELECT %s, u.* FROM unnest(%s::text[], %s::timestamptz[], %s::text[], %s::text[]) AS u (device_id, time, code, detail)
JOIN device d ON d.id = u.device_id
ORDER BY u.device_id, u.time, u.code
ON CONFLICT DO NOTHING

-- name: copy_uplinks
COPY uplink (batch_id, index, received_at, source_id, outcome, device_id, observed_at, time_source, clock_bad, f_port,
             f_cnt, decoder) FROM STDIN (FORMAT BINARY)

-- name: quarantine
-- A row from which all had left by replay is opened again by the message that comes now.
INSERT INTO quarantine AS q (batch_id, kind, source_id, topic, device_id, reason, detail, field, raw, quantity,
                             channel, time, received_at, last_at, deliveries, index, content_hash, payload)
SELECT %s, u.* FROM unnest(%s::text[], %s::smallint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                           %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[],
                           %s::timestamptz[], %s::int[], %s::int[], %s::bytea[], %s::bytea[]) AS u
ON CONFLICT (source_id, content_hash, kind, reason, field, channel, coalesce(time, 'epoch')) DO UPDATE
SET deliveries = q.deliveries + excluded.deliveries, last_at = greatest(q.last_at, excluded.last_at),
    batch_id = CASE WHEN q.deliveries = q.replayed THEN excluded.batch_id ELSE q.batch_id END,
    index = CASE WHEN q.deliveries = q.replayed THEN excluded.index ELSE q.index END,
    received_at = CASE WHEN q.deliveries = q.replayed THEN excluded.received_at ELSE q.received_at END

-- name: count
INSERT INTO ingest_count AS c (slot, source_id, hour, received, stored, duplicate, quarantined, ignored,
                               values_stored, values_refused)
SELECT %s, u.* FROM unnest(%s::smallint[], %s::timestamptz[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
                           %s::bigint[], %s::bigint[], %s::bigint[]) AS u
ON CONFLICT (source_id, hour, slot) DO UPDATE
SET received = c.received + excluded.received, stored = c.stored + excluded.stored,
    duplicate = c.duplicate + excluded.duplicate, quarantined = c.quarantined + excluded.quarantined,
    ignored = c.ignored + excluded.ignored, values_stored = c.values_stored + excluded.values_stored,
    values_refused = c.values_refused + excluded.values_refused

-- name: count_reasons
INSERT INTO ingest_reason AS c (slot, source_id, hour, outcome, reason, count)
SELECT %s, u.* FROM unnest(%s::smallint[], %s::timestamptz[], %s::text[], %s::text[], %s::bigint[]) AS u
ON CONFLICT (source_id, hour, slot, outcome, reason) DO UPDATE SET count = c.count + excluded.count

-- name: insert_batch
INSERT INTO batch (id, received_at, slot, message_count, blob, touched_datastreams, touched_hours,
                   door_sources, door_hours, door_counts)
VALUES (%s, %s, %s, %s, %s, %s::int[],
        (SELECT coalesce(array_agg('epoch'::timestamptz + h * interval '1 hour' ORDER BY n), '{}')
         FROM unnest(%s::int[]) WITH ORDINALITY AS u (h, n)), %s, %s, %s)
