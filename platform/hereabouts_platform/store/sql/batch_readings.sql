-- The readings of a batch. Every multi-row write comes sorted by its key, so that workers never deadlock.

-- name: copy_readings
-- Straight into place: two to three times as fast as any other way, and all or nothing on a conflict.
COPY reading (datastream_id, batch_id, time, value) FROM STDIN (FORMAT BINARY)

-- name: insert_readings
INSERT INTO reading (batch_id, datastream_id, time, value)
SELECT %s, u.* FROM unnest(%s::int[], %s::timestamptz[], %s::float8[]) AS u
ON CONFLICT DO NOTHING

-- name: older_readings
SELECT r.datastream_id, r.time, r.value FROM reading r
JOIN unnest(%s::int[], %s::timestamptz[]) AS u (datastream_id, time)
    ON r.datastream_id = u.datastream_id AND r.time = u.time
WHERE r.batch_id <> %s

-- name: move_latest
INSERT INTO latest AS l (batch_id, datastream_id, time, value)
SELECT %s, u.* FROM unnest(%s::int[], %s::timestamptz[], %s::float8[]) AS u
ON CONFLICT (datastream_id) DO UPDATE
SET batch_id = excluded.batch_id, time = excluded.time, value = excluded.value
WHERE l.time < excluded.time
