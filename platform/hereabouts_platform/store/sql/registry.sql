-- Statements that read the registry for ingest.

-- name: one_snapshot
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY

-- name: version
SELECT version FROM registry_version

-- name: deployments
-- With the kind of the place; of a room, the kind of what it is a room of.
SELECT d.id, d.device_id, d.place_id, d.from_at, d.to_at, d.mount,
       CASE WHEN p.kind = 'room' THEN coalesce(up.kind, p.kind) ELSE p.kind END
FROM deployment d
JOIN place p ON p.id = d.place_id
LEFT JOIN place up ON up.id = p.parent_id
ORDER BY d.device_id, d.from_at

-- name: devices
SELECT id, profile_id, decoder_version FROM device

-- name: sources
-- A source without topics is fed by webhook alone.
SELECT id, name, coalesce(topic_filter, ''), envelope, mapping FROM source
WHERE enabled AND envelope <> 'file' ORDER BY id

-- name: every_source
SELECT id, name, coalesce(topic_filter, ''), envelope, mapping FROM source ORDER BY id

-- name: upsert_profile
INSERT INTO profile AS p (id, title, maker, version, interval_s, quantities, battery)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE
SET title = excluded.title, maker = excluded.maker, version = excluded.version,
    interval_s = excluded.interval_s, quantities = excluded.quantities, battery = excluded.battery
WHERE (p.title, p.maker, p.version, p.interval_s, p.quantities, p.battery)
    IS DISTINCT FROM (excluded.title, excluded.maker, excluded.version, excluded.interval_s, excluded.quantities,
                      excluded.battery)

-- name: upsert_profile_version
INSERT INTO profile_version AS v (profile_id, version, fields) VALUES (%s, %s, %s)
ON CONFLICT (profile_id, version) DO UPDATE SET fields = excluded.fields, seen_at = now()
WHERE v.fields IS DISTINCT FROM excluded.fields

-- name: follow_profiles
SELECT datastreams_follow_profiles()
