-- Backfill: requests to fetch again what a network keeps, and how they fare.

-- name: set_up
-- What ingest is set up to fetch from replaces what it was.
WITH now AS (SELECT * FROM unnest(%(sources)s::smallint[], %(applications)s::text[], %(servers)s::text[])
             AS u (source_id, application, server)),
gone AS (DELETE FROM backfill_origin o WHERE NOT EXISTS
         (SELECT FROM now n WHERE n.source_id = o.source_id AND n.application = o.application))
INSERT INTO backfill_origin AS o SELECT * FROM now
ON CONFLICT (source_id, application) DO UPDATE SET server = excluded.server WHERE o.server <> excluded.server

-- name: request
-- What somebody asks for by name.
INSERT INTO backfill_request (source_id, application, device, from_at, to_at, cause)
VALUES (%(source)s, %(application)s, %(device)s, %(from_at)s, %(to_at)s, 'command')
RETURNING id

-- name: request_absence
-- Unless one that has not ended covers it.
INSERT INTO backfill_request (source_id, application, from_at, to_at, cause, next_at)
SELECT %(source)s, %(application)s, %(from_at)s, %(to_at)s, 'absence', %(next_at)s
WHERE NOT EXISTS (
    SELECT FROM backfill_request r
    WHERE r.source_id = %(source)s AND r.application = %(application)s AND r.cause <> 'command'
      AND r.device IS NULL AND r.device_id IS NULL AND r.state IN ('waiting', 'running')
      AND r.from_at <= %(from_at)s AND r.to_at >= %(to_at)s)

-- name: last_heard
-- When a message of each source last came by itself before an instant, at most 30 days back.
SELECT u.id, (SELECT max(b.received_at) FROM batch b
              WHERE b.received_at < %(before)s AND b.received_at >= %(before)s - interval '30 days'
                AND b.slot BETWEEN 0 AND 99 AND u.id = ANY (b.door_sources))
FROM unnest(%(sources)s::smallint[]) AS u (id)

-- name: next_due
-- The request to carry out now: those of people first, then by age.
SELECT r.id, r.source_id, s.name, r.application, r.device, r.device_id, r.from_at, r.to_at, r.cause, r.reached_at,
       r.failures
FROM backfill_request r
JOIN source s ON s.id = r.source_id
LEFT JOIN backfill_origin o ON o.source_id = r.source_id AND o.application = r.application
WHERE r.state IN ('waiting', 'running') AND r.next_at <= %(now)s AND NOT r.id = ANY (%(except)s)
  AND (r.application IS NULL OR o.application IS NOT NULL)
ORDER BY r.cause <> 'command', r.requested_at, r.id
LIMIT 1

-- name: resumable
-- What a person asked for before and was cut off: the same application and device, and a span that begins no later
-- than the one wanted now and reached into it.
SELECT r.id, r.source_id, s.name, r.application, r.device, r.device_id, r.from_at, r.to_at, r.cause, r.reached_at,
       r.failures
FROM backfill_request r
JOIN source s ON s.id = r.source_id
WHERE r.cause = 'command' AND r.state IN ('waiting', 'running') AND r.source_id = %(source)s
  AND r.application = %(application)s AND r.device IS NOT DISTINCT FROM %(device)s::text
  AND r.from_at <= %(from_at)s AND r.to_at >= %(from_at)s
ORDER BY r.reached_at DESC NULLS LAST, r.id
LIMIT 1

-- name: extend
UPDATE backfill_request SET to_at = greatest(to_at, %(to_at)s) WHERE id = %(id)s RETURNING to_at

-- name: find
SELECT r.id, r.source_id, s.name, r.application, r.device, r.device_id, r.from_at, r.to_at, r.cause, r.reached_at,
       r.failures
FROM backfill_request r JOIN source s ON s.id = r.source_id
WHERE r.id = %s

-- name: take
-- Held by the connection: a request whose worker died can be taken by another. 0 is the runner's own lock.
SELECT pg_try_advisory_lock(%s, %s)

-- name: let_go
SELECT pg_advisory_unlock(%s, %s)

-- name: begin
UPDATE backfill_request SET state = 'running', error = NULL WHERE id = %s AND state IN ('waiting', 'running')
RETURNING id

-- name: named
UPDATE backfill_request SET application = %(application)s, device = %(device)s WHERE id = %(id)s

-- name: progress
UPDATE backfill_request
SET reached_at = greatest(reached_at, %(reached_at)s), found = found + %(found)s, stored = stored + %(stored)s,
    duplicate = duplicate + %(duplicate)s, quarantined = quarantined + %(quarantined)s, ignored = ignored + %(ignored)s
WHERE id = %(id)s

-- name: finish
UPDATE backfill_request SET state = %(state)s, error = %(error)s, finished_at = clock_timestamp() WHERE id = %(id)s

-- name: put_off
UPDATE backfill_request SET state = 'waiting', error = %(error)s, failures = failures + 1, next_at = %(next_at)s
WHERE id = %(id)s

-- name: counts
SELECT found, stored, duplicate, quarantined, ignored FROM backfill_request WHERE id = %s

-- name: requests
SELECT r.id, s.name AS source, r.application, r.device, r.from_at AS "from", r.to_at AS "to", r.cause, r.state,
       r.reached_at, r.found, r.stored, r.duplicate, r.quarantined, r.ignored, r.failures, r.error, r.next_at,
       r.requested_at, r.finished_at, p.name AS requested_by
FROM backfill_request r JOIN source s ON s.id = r.source_id JOIN principal p ON p.id = r.principal_id
ORDER BY r.id DESC
LIMIT %s

-- name: frame_of
-- The newest message of a device on a source, of those whose bytes are kept.
SELECT b.blob, u.index FROM uplink u JOIN batch b ON b.id = u.batch_id AND b.received_at >= u.received_at
WHERE u.device_id = %(device)s AND u.source_id = %(source)s AND u.outcome IN ('stored', 'duplicate')
  AND u.received_at <= %(before)s AND u.received_at >= %(before)s - interval '30 days' AND b.blob IS NOT NULL
ORDER BY u.received_at DESC
LIMIT 1
