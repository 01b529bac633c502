-- Statements that find the outcomes of a batch. Every multi-row write comes sorted by its key, so that workers never
-- deadlock.

-- name: stored_keys
SELECT k.source_id::int, k.key FROM uplink_key k
JOIN unnest(%s::smallint[], %s::bytea[]) AS u (source_id, key) ON k.source_id = u.source_id AND k.key = u.key

-- name: insert_datastreams
INSERT INTO datastream (deployment_id, quantity, channel, unit, kind)
SELECT * FROM unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::text[])
ON CONFLICT DO NOTHING

-- name: datastream_numbers
SELECT d.id, d.deployment_id, d.quantity, d.channel FROM datastream d
JOIN unnest(%s::int[], %s::text[], %s::text[]) AS u (deployment_id, quantity, channel)
    ON d.deployment_id = u.deployment_id AND d.quantity = u.quantity AND d.channel = u.channel

-- name: insert_keys
-- Of one source. Waits for whoever is taking one of them in this moment.
INSERT INTO uplink_key (batch_id, source_id, key, index, received_at)
SELECT %s, %s, u.key, u.index, 'epoch'::timestamptz + u.us * interval '1 microsecond'
FROM unnest(%s::bytea[], %s::int[], %s::int8[]) AS u (key, index, us)
ON CONFLICT DO NOTHING

-- name: keys_of_others
-- Those among these keys that another message holds, of an earlier batch or of this one.
SELECT key FROM uplink_key
WHERE source_id = %s AND key = ANY (%s::bytea[]) AND NOT (batch_id = %s AND index = ANY (%s::int[]))

-- name: give_back_keys
DELETE FROM uplink_key k USING unnest(%s::smallint[], %s::bytea[], %s::int[]) AS u (source_id, key, index)
WHERE k.source_id = u.source_id AND k.key = u.key AND k.index = u.index AND k.batch_id = %s
