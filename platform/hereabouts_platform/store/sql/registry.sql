-- Statements that read the registry for ingest.

-- name: one_snapshot
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY

-- name: version
SELECT version FROM registry_version

-- name: deployments
SELECT id, device_id, place_id, from_at, to_at, mount FROM deployment ORDER BY device_id, from_at

-- name: devices
SELECT id, profile_id FROM device

-- name: sources
SELECT id, name, topic_filter, envelope FROM source WHERE enabled AND topic_filter IS NOT NULL ORDER BY id

-- name: upsert_profile
INSERT INTO profile AS p (id, title, maker, version, interval_s, quantities) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE
SET title = excluded.title, maker = excluded.maker, version = excluded.version,
    interval_s = excluded.interval_s, quantities = excluded.quantities
WHERE (p.title, p.maker, p.version, p.interval_s, p.quantities)
    IS DISTINCT FROM (excluded.title, excluded.maker, excluded.version, excluded.interval_s, excluded.quantities)
