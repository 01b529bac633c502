-- Losses: what ingest could not keep, or may never have been sent.

-- name: holds_session
SELECT EXISTS (SELECT 1 FROM ingest_session WHERE slot = %s)

-- name: note_session
INSERT INTO ingest_session (slot) VALUES (%s) ON CONFLICT DO NOTHING

-- name: forget_session
DELETE FROM ingest_session WHERE slot = %s

-- name: take_batch_of_losses
-- No row comes back where this batch was told before.
INSERT INTO loss_told AS t (slot, batch) VALUES (%s, %s)
ON CONFLICT (slot) DO UPDATE SET batch = excluded.batch WHERE t.batch <> excluded.batch
RETURNING slot

-- name: record_losses
INSERT INTO loss_estimate AS l (slot, source_id, hour, kind, count)
SELECT %s, u.* FROM unnest(%s::smallint[], %s::timestamptz[], %s::text[], %s::bigint[]) AS u
ON CONFLICT (source_id, hour, slot, kind) DO UPDATE SET count = l.count + excluded.count

-- name: source_number
SELECT id FROM source WHERE name = %s

-- name: lost
-- By kind over the hours that begin in the interval.
SELECT kind, sum(count)::int8 AS count, count(DISTINCT hour)::int8 AS hours, min(hour) AS first_hour,
       max(hour) AS last_hour
FROM loss_estimate
WHERE source_id = %(source)s AND (%(from_at)s::timestamptz IS NULL OR hour >= %(from_at)s)
  AND (%(to_at)s::timestamptz IS NULL OR hour < %(to_at)s)
GROUP BY kind
ORDER BY kind

-- name: lost_hours
-- Hour by hour and kind, newest first, after a cursor.
SELECT hour, kind, sum(count)::int8 AS count FROM loss_estimate
WHERE source_id = %(source)s AND (%(from_at)s::timestamptz IS NULL OR hour >= %(from_at)s)
  AND (%(to_at)s::timestamptz IS NULL OR hour < %(to_at)s)
  AND (%(hour)s::timestamptz IS NULL OR (hour, kind) < (%(hour)s, %(kind)s))
GROUP BY hour, kind
ORDER BY hour DESC, kind DESC
LIMIT %(most)s

-- name: brought_back
-- What backfill did about spans that reach into the interval, by cause.
SELECT cause, count(*)::int8 AS requests, count(*) FILTER (WHERE state IN ('waiting', 'running'))::int8 AS open,
       count(*) FILTER (WHERE state = 'failed')::int8 AS failed, sum(found)::int8 AS found,
       sum(stored)::int8 AS stored, sum(duplicate)::int8 AS duplicate, sum(quarantined)::int8 AS quarantined,
       sum(ignored)::int8 AS ignored
FROM backfill_request
WHERE source_id = %(source)s AND (%(from_at)s::timestamptz IS NULL OR to_at > %(from_at)s)
  AND (%(to_at)s::timestamptz IS NULL OR from_at < %(to_at)s)
GROUP BY cause
ORDER BY cause
