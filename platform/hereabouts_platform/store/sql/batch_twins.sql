-- Twins of stored messages: a second key under which one transmission may come. They stand among the keys, with a hash
-- of their own, so no twin is ever a key. Every multi-row write comes sorted by its key.

-- name: claim_twins
-- Waits for whoever is claiming one of them in this moment.
INSERT INTO uplink_key (batch_id, source_id, key, index, received_at)
SELECT %s, u.* FROM unnest(%s::smallint[], %s::bytea[], %s::int[], %s::timestamptz[]) AS u
ON CONFLICT DO NOTHING

-- name: stored_twins
-- Which of these messages (number, source, twin, device, counter) have a stored twin with no other frame of their
-- device since.
SELECT u.number FROM unnest(%s::int[], %s::smallint[], %s::bytea[], %s::text[], %s::bigint[])
    AS u (number, source_id, twin, device_id, f_cnt)
JOIN uplink_key k ON k.source_id = u.source_id AND k.key = u.twin AND NOT (k.batch_id = %s AND k.index = u.number)
WHERE NOT EXISTS (
    SELECT FROM uplink o
    WHERE o.device_id = u.device_id AND o.received_at >= k.received_at
      AND (o.received_at, o.batch_id, o.index) > (k.received_at, k.batch_id, k.index) AND o.f_cnt <> u.f_cnt
      AND o.outcome <> 'duplicate'
)

-- name: take_twins
INSERT INTO uplink_key AS k (batch_id, source_id, key, index, received_at)
SELECT %s, u.* FROM unnest(%s::smallint[], %s::bytea[], %s::int[], %s::timestamptz[]) AS u
ON CONFLICT (source_id, key) DO UPDATE
SET batch_id = excluded.batch_id, index = excluded.index, received_at = excluded.received_at
