-- Statements of the migration runner.

-- name: hand_over_schema
GRANT USAGE, CREATE ON SCHEMA public TO hereabouts_owner

-- name: lock
SELECT pg_advisory_lock(%s)

-- name: create_table
CREATE TABLE IF NOT EXISTS migration (
    number     int PRIMARY KEY,
    name       text NOT NULL,
    checksum   text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)

-- name: has_table
SELECT to_regclass('public.migration') IS NOT NULL

-- name: applied
SELECT number, checksum FROM migration ORDER BY number

-- name: record
INSERT INTO migration (number, name, checksum) VALUES (%s, %s, %s)
