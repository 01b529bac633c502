-- Statements of imported files: places, devices, histories of readings.

-- name: take_turn
-- One import of places or devices at a time: what it checked still holds when it writes.
SELECT pg_advisory_xact_lock(hashtext('hereabouts import'))

-- name: known_places
SELECT id, kind, name, lon, lat, uprn, usrn, parent_id, attributes, polygon FROM place WHERE id = ANY (%s)

-- name: places_with_uprn
SELECT id, kind, name, lon, lat, uprn, usrn, parent_id, attributes, polygon FROM place WHERE uprn = ANY (%s) ORDER BY id

-- name: all_uprns
SELECT uprn FROM place WHERE uprn IS NOT NULL

-- name: kinds_of
SELECT id, kind FROM place WHERE id = ANY (%s)

-- name: parents
SELECT id, parent_id FROM place

-- name: save_places
INSERT INTO place AS p (id, kind, name, lon, lat, uprn, usrn, parent_id, attributes, polygon)
SELECT u.id, u.kind, u.name, u.lon, u.lat, u.uprn, u.usrn, u.parent_id, u.attributes::jsonb, u.polygon::jsonb
FROM unnest(%s::text[], %s::text[], %s::text[], %s::float8[], %s::float8[], %s::text[], %s::text[], %s::text[],
            %s::text[], %s::text[]) AS u (id, kind, name, lon, lat, uprn, usrn, parent_id, attributes, polygon)
ORDER BY u.id
ON CONFLICT (id) DO UPDATE
SET kind = excluded.kind, name = excluded.name, lon = excluded.lon, lat = excluded.lat, uprn = excluded.uprn,
    usrn = excluded.usrn, parent_id = excluded.parent_id, attributes = excluded.attributes,
    polygon = excluded.polygon, updated_at = now(), updated_by = current_principal()

-- name: move_registry
-- Ingest judges by the kind of a place too, so it has to read the registry again when places change.
UPDATE registry_version SET version = version + 1

-- name: rooms_of
SELECT id, kind, name, lon, lat, uprn, usrn, parent_id, attributes, polygon
FROM place WHERE kind = 'room' AND parent_id = ANY (%s)

-- name: profiles
SELECT id FROM profile ORDER BY id

-- name: known_devices
SELECT id, concat_ws('/', profile_id, decoder_version) FROM device WHERE id = ANY (%s)

-- name: known_deployments
SELECT id, device_id, place_id, from_at, to_at, mount FROM deployment WHERE device_id = ANY (%s)
ORDER BY device_id, from_at

-- name: save_devices
INSERT INTO device AS d (id, profile_id, decoder_version)
SELECT u.id, split_part(u.profile, '/', 1), nullif(split_part(u.profile, '/', 2), '')
FROM unnest(%s::text[], %s::text[]) AS u (id, profile)
ON CONFLICT (id) DO UPDATE
SET profile_id = excluded.profile_id, decoder_version = excluded.decoder_version, updated_by = current_principal()

-- name: change_deployments
UPDATE deployment AS d
SET place_id = u.place_id, to_at = u.to_at, mount = u.mount::jsonb, updated_by = current_principal()
FROM unnest(%s::int[], %s::text[], %s::timestamptz[], %s::text[]) AS u (id, place_id, to_at, mount)
WHERE d.id = u.id

-- name: add_deployments
INSERT INTO deployment (device_id, place_id, from_at, to_at, mount)
SELECT u.device_id, u.place_id, u.from_at, u.to_at, u.mount::jsonb
FROM unnest(%s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::text[])
    AS u (device_id, place_id, from_at, to_at, mount)
ORDER BY u.device_id, u.from_at

-- name: set_period
UPDATE datastream s SET period_s = %s
FROM deployment d
WHERE d.id = s.deployment_id AND d.device_id = %s AND s.quantity = %s AND s.period_s IS NULL

-- name: readings_after
-- How many readings of each deployment lie at or after a time.
SELECT u.deployment_id, count(*)
FROM unnest(%s::int[], %s::timestamptz[]) AS u (deployment_id, at)
JOIN datastream d ON d.deployment_id = u.deployment_id
JOIN reading r ON r.datastream_id = d.id AND r.time >= u.at
GROUP BY u.deployment_id

-- name: make_chunk
CREATE TEMPORARY TABLE IF NOT EXISTS import_chunk
    (datastream_id int, batch_id int, time timestamptz, value float8) ON COMMIT DELETE ROWS

-- name: copy_chunk
COPY import_chunk (datastream_id, batch_id, time, value) FROM STDIN (FORMAT BINARY)

-- name: insert_chunk
INSERT INTO reading (datastream_id, batch_id, time, value)
SELECT datastream_id, batch_id, time, value FROM import_chunk ORDER BY datastream_id, time
ON CONFLICT DO NOTHING

-- name: conflicts
-- Readings that stand with another value than the chunk has; a look-up each, whatever the planner knows of the chunk.
SELECT c.datastream_id, extract(epoch FROM c.time) * 1000000, r.value
FROM import_chunk c CROSS JOIN LATERAL (
    SELECT value FROM reading WHERE datastream_id = c.datastream_id AND time = c.time LIMIT 1
) r
WHERE r.value <> c.value

-- name: insert_batch
INSERT INTO batch (id, received_at, slot, message_count, detail, touched_datastreams, touched_hours)
SELECT %s, now(), -1, 0, %s, %s::int[], array_agg(to_timestamp(hour * 3600.0) ORDER BY place)
FROM unnest(%s::int[]) WITH ORDINALITY AS u (hour, place)
