-- What bins' sensors told, for the forecast. Role jobs.

-- name: streams
-- Fill and distance of every bin slot, and the temperature beside a distance, with how the sensor is mounted.
SELECT s.id, d.id AS deployment, d.place_id AS place, s.quantity, d.mount
FROM datastream s JOIN deployment d ON d.id = s.deployment_id JOIN place p ON p.id = d.place_id
WHERE p.kind = 'bin_slot' AND s.quantity IN ('fill_level', 'distance', 'air_temperature')
ORDER BY d.place_id, d.from_at, d.id, s.quantity, s.id

-- name: readings
-- In order of datastream and time, in whole seconds since 1970 UTC; of one second the first.
SELECT DISTINCT ON (r.datastream_id, floor(extract(epoch FROM r.time)))
       r.datastream_id, floor(extract(epoch FROM r.time))::bigint, r.value
FROM reading r
WHERE r.datastream_id = ANY (%(ids)s) AND r.time >= %(from_at)s AND r.time < %(to_at)s
ORDER BY r.datastream_id, floor(extract(epoch FROM r.time)), r.time

-- name: horizon
-- Below which transaction everything is decided, and the time by the server's clock, by which reports are recorded.
SELECT pg_snapshot_xmin(pg_current_snapshot())::text, extract(epoch FROM clock_timestamp())::float8

-- name: late
-- Whether batches since a transaction brought readings of these datastreams of hours before an instant.
SELECT EXISTS (
    SELECT FROM batch b CROSS JOIN LATERAL unnest(b.touched_datastreams, b.touched_hours) AS t (id, hour)
    WHERE b.xid >= %(since)s::xid8 AND b.xid < %(below)s::xid8
      AND t.hour < %(before)s AND t.hour >= %(kept_from)s AND t.id = ANY (%(ids)s))
   OR EXISTS (
    SELECT FROM visit_outcome o
    WHERE o.recorded_at >= to_timestamp(%(taken_at)s) AND o.at < %(before)s AND o.at >= %(kept_from)s
      AND o.kind IN ('emptied', 'not_full', 'overflowing'))

-- name: outcomes
-- What crews reported of how full bins were and of their being emptied, by when it happened.
SELECT o.place_id, floor(extract(epoch FROM o.at))::bigint, o.kind FROM visit_outcome o
JOIN place p ON p.id = o.place_id
WHERE p.kind = 'bin_slot' AND o.kind IN ('emptied', 'not_full', 'overflowing') AND o.at >= %(from_at)s AND o.at < %(to_at)s
ORDER BY o.place_id, o.at, o.id
