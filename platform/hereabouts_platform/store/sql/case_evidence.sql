-- Facts copied into cases, and read back.

-- name: to_copy
-- Cases of which something has happened since facts were last copied into them. Nobody is kept out of them meanwhile:
-- the run holds its job's lock, and what happens while it copies is seen by the next.
SELECT c.id, c.place_id, c.opened_at, c.last_event,
       (SELECT min(e.from_at) FROM case_evidence e WHERE e.case_id = c.id AND e.kind = 'statement')
FROM case_record c WHERE c.kept_event < c.last_event
ORDER BY c.id LIMIT 1

-- name: copied
UPDATE case_record SET kept_event = %(event)s WHERE id = %(case)s

-- name: streams_at_home
-- Datastreams at a home and its rooms over a time, with the device that sends them.
SELECT s.id, s.quantity, s.channel, s.unit, d.place_id, p.name AS place_name, d.device_id
FROM datastream s JOIN deployment d ON d.id = s.deployment_id JOIN place p ON p.id = d.place_id
WHERE (p.id = %(home)s OR p.parent_id = %(home)s AND p.kind = 'room')
  AND d.from_at < %(to)s AND (d.to_at IS NULL OR d.to_at > %(from)s)
ORDER BY s.id

-- name: streams_outdoors
-- Those of the weather stations that the case's alerts were worked out with; where they name none, of the nearest.
WITH named AS (
    SELECT DISTINCT n.value -> 'station' ->> 'place' AS id
    FROM case_alert m JOIN alert a ON a.id = m.alert_id, jsonb_each(a.evidence) n
    WHERE m.case_id = %(case)s AND jsonb_typeof(n.value -> 'station') = 'object'
), here AS (
    SELECT coalesce(p.lon, up.lon) AS lon, coalesce(p.lat, up.lat) AS lat
    FROM place p LEFT JOIN place up ON up.id = p.parent_id WHERE p.id = %(home)s
), nearest AS (
    SELECT w.id FROM place w, here
    WHERE w.kind = 'weather_station' AND NOT EXISTS (SELECT FROM named)
      AND EXISTS (SELECT FROM deployment d WHERE d.place_id = w.id)
    ORDER BY (w.lat - here.lat) ^ 2 + ((w.lon - here.lon) * cos(radians(here.lat))) ^ 2, w.id LIMIT 1
)
SELECT s.id, s.quantity, s.channel, s.unit, d.place_id, p.name AS place_name, d.device_id
FROM datastream s JOIN deployment d ON d.id = s.deployment_id JOIN place p ON p.id = d.place_id
WHERE d.place_id IN (SELECT id FROM named UNION SELECT id FROM nearest)
  AND d.from_at < %(to)s AND (d.to_at IS NULL OR d.to_at > %(from)s)
ORDER BY s.id

-- name: until
-- Up to where each subject has been copied.
SELECT kind, subject, max(to_at) FROM case_evidence
WHERE case_id = %(case)s AND kind IN ('hours', 'weather', 'frames') GROUP BY kind, subject

-- name: hours
SELECT hour, count, mean, time_mean, min, max, total FROM reading_hour
WHERE datastream_id = %(stream)s AND hour >= %(from)s AND hour < %(to)s ORDER BY hour

-- name: devices_at_home
SELECT DISTINCT d.device_id, v.profile_id
FROM deployment d JOIN place p ON p.id = d.place_id JOIN device v ON v.id = d.device_id
WHERE (p.id = %(home)s OR p.parent_id = %(home)s AND p.kind = 'room')
  AND d.from_at < %(to)s AND (d.to_at IS NULL OR d.to_at > %(from)s)
ORDER BY d.device_id

-- name: frames
-- Messages of a device that became readings, in the order in which they came, with the bytes of their batches. Each
-- batch's blob comes with its first message alone.
SELECT u.batch_id, u.index, u.received_at, u.observed_at, u.time_source, u.decoder, s.name,
       CASE WHEN row_number() OVER (PARTITION BY u.batch_id, b.received_at ORDER BY u.index) = 1 THEN b.blob END
FROM uplink u JOIN source s ON s.id = u.source_id
LEFT JOIN LATERAL (
    SELECT x.received_at, x.blob FROM batch x
    WHERE x.id = u.batch_id AND x.received_at >= u.received_at
    ORDER BY x.received_at LIMIT 1
) b ON true
WHERE u.device_id = %(device)s AND u.received_at >= %(from)s AND u.received_at < %(to)s AND u.outcome = 'stored'
  AND EXISTS (SELECT FROM deployment d JOIN place p ON p.id = d.place_id
              WHERE d.device_id = u.device_id AND (p.id = %(home)s OR p.parent_id = %(home)s AND p.kind = 'room')
                AND d.from_at <= coalesce(u.observed_at, u.received_at)
                AND (d.to_at IS NULL OR coalesce(u.observed_at, u.received_at) < d.to_at))
ORDER BY u.batch_id, b.received_at, u.index

-- name: home
-- What is known of a case's home, and by which settings the case is worked.
SELECT p.id, p.name, p.uprn, tenancy_kind_at(p.id, %(at)s), y.nation, y.awareness
FROM place p, case_policy y WHERE p.id = %(home)s

-- name: newest
-- The hash of what was kept last of a subject.
SELECT sha256 FROM case_evidence WHERE case_id = %(case)s AND kind = %(kind)s AND subject = %(subject)s
ORDER BY id DESC LIMIT 1

-- name: keep
INSERT INTO case_evidence (case_id, event_id, kind, subject, from_at, to_at, body, sha256)
VALUES (%(case)s, %(event)s, %(kind)s, %(subject)s, %(from)s, %(to)s, %(body)s, %(sha256)s)
ON CONFLICT DO NOTHING

-- name: read
SELECT id, event_id, kind, subject, from_at, to_at, body, sha256, copied_at FROM case_evidence
WHERE case_id = %(case)s ORDER BY kind, subject, from_at, id
