-- The books of ingest: what came in at the door, what became of it, what the raw batches hold.

-- name: progress
-- How far batches were read, since which hour the door counts, and below which transaction everything is decided.
SELECT below::text, since, pg_snapshot_xmin(pg_current_snapshot())::text FROM account_progress

-- name: new_batches
-- In order of transaction, with all that a check of one needs.
SELECT b.id, b.received_at, b.message_count, b.door_sources, b.door_hours, b.door_counts, b.blob, b.xid::text
FROM batch b
WHERE b.xid >= %(below)s::xid8 AND b.xid < %(horizon)s::xid8 AND cardinality(b.door_counts) > 0
ORDER BY b.xid, b.id
LIMIT %(most)s

-- name: faulty_batches
SELECT b.id, b.received_at, b.message_count, b.door_sources, b.door_hours, b.door_counts, b.blob, b.xid::text
FROM (SELECT DISTINCT batch_id, received_at FROM account_fault ORDER BY received_at, batch_id LIMIT %(most)s) f
JOIN batch b ON b.id = f.batch_id AND b.received_at = f.received_at

-- name: forget_faults
-- Of the batches looked at again, and of those that are not there any more.
DELETE FROM account_fault f
WHERE (f.batch_id, f.received_at) IN (SELECT * FROM unnest(%(ids)s::int[], %(received)s::timestamptz[]))
   OR NOT EXISTS (SELECT 1 FROM batch b WHERE b.id = f.batch_id AND b.received_at = f.received_at)

-- name: add_faults
INSERT INTO account_fault (batch_id, received_at, source_id, hour, door, kept)
SELECT * FROM unnest(%s::int[], %s::timestamptz[], %s::smallint[], %s::timestamptz[], %s::int[], %s::int[])
ON CONFLICT DO NOTHING

-- name: move_on
UPDATE account_progress SET below = %(below)s::xid8, since = least(since, %(since)s::timestamptz)

-- name: hours_to_check
-- Hours that were never checked, whose counts have moved since, that batches just read name, or that differ.
WITH counted AS (
    SELECT source_id, hour, sum(received) AS received, sum(stored + duplicate + quarantined + ignored) AS outcomes
    FROM ingest_count WHERE hour >= %(since)s GROUP BY source_id, hour
), moved AS (
    SELECT source_id, hour, a.checked_at
    FROM counted c FULL JOIN (SELECT * FROM account WHERE hour >= %(since)s) a USING (source_id, hour)
    WHERE a.hour IS NULL OR NOT a.agrees
       OR coalesce(c.received, 0) <> a.received OR coalesce(c.outcomes, 0) <> a.outcomes
    UNION
    SELECT source_id, hour, a.checked_at
    FROM unnest(%(sources)s::smallint[], %(hours)s::timestamptz[]) AS n (source_id, hour)
    LEFT JOIN account a USING (source_id, hour)
)
SELECT source_id, hour FROM moved ORDER BY checked_at NULLS FIRST, hour LIMIT %(most)s

-- name: compare
-- All numbers of these hours in one snapshot. A batch lies at or after the hours it names, by what a message can wait.
WITH wanted AS (
    SELECT * FROM unnest(%(sources)s::smallint[], %(hours)s::timestamptz[]) AS w (source_id, hour)
), hours AS (
    SELECT DISTINCT hour FROM wanted
), doors AS (
    SELECT d.source_id, h.hour, sum(d.count) AS door
    FROM hours h CROSS JOIN LATERAL (
        SELECT u.source_id, u.count
        FROM batch b CROSS JOIN LATERAL unnest(b.door_sources, b.door_hours, b.door_counts) AS u (source_id, hour, count)
        WHERE b.received_at >= h.hour AND b.received_at < h.hour + %(longest_wait)s AND u.hour = h.hour
    ) d
    GROUP BY d.source_id, h.hour
), untold AS (
    SELECT h.hour, sum(b.message_count) AS messages
    FROM hours h JOIN batch b ON b.received_at >= h.hour AND b.received_at < h.hour + interval '1 hour'
    WHERE cardinality(b.door_counts) = 0 AND b.blob IS NOT NULL
    GROUP BY h.hour
), counted AS (
    SELECT source_id, hour, sum(received) AS received, sum(stored + duplicate + quarantined + ignored) AS outcomes
    FROM ingest_count JOIN wanted USING (source_id, hour) GROUP BY source_id, hour
), short AS (
    SELECT source_id, hour, sum(kept - door) AS messages FROM account_fault GROUP BY source_id, hour
)
SELECT w.source_id, w.hour, coalesce(d.door, 0)::int8, (coalesce(d.door, 0) + coalesce(s.messages, 0))::int8,
       coalesce(c.received, 0)::int8, coalesce(c.outcomes, 0)::int8, coalesce(u.messages, 0)::int8
FROM wanted w
LEFT JOIN doors d USING (source_id, hour)
LEFT JOIN untold u USING (hour)
LEFT JOIN counted c USING (source_id, hour)
LEFT JOIN short s USING (source_id, hour)

-- name: record
INSERT INTO account (checked_at, source_id, hour, door, kept, received, outcomes, untold, agrees)
SELECT %s, u.* FROM unnest(%s::smallint[], %s::timestamptz[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
                           %s::bigint[], %s::boolean[]) AS u
ON CONFLICT (source_id, hour) DO UPDATE
SET door = excluded.door, kept = excluded.kept, untold = excluded.untold, received = excluded.received,
    outcomes = excluded.outcomes, agrees = excluded.agrees, checked_at = excluded.checked_at

-- name: agreed
-- Each source that was ever looked at, and how many of its hours agree.
SELECT s.name, count(*) FILTER (WHERE a.agrees) FROM account a JOIN source s ON s.id = a.source_id GROUP BY s.name

-- name: differing
SELECT s.name, a.hour, a.door, a.kept, a.received, a.outcomes, a.untold
FROM account a JOIN source s ON s.id = a.source_id
WHERE NOT a.agrees
ORDER BY s.name, a.hour
