-- What the job `health` reads of devices that are deployed, and what it writes down of them.

-- name: deployed
-- Devices that are somewhere at a time, in order of id, after a cursor. Something can be expected of one since it is
-- there and registered here: a device that was put up long ago and is registered today has its patience from today.
SELECT p.device_id, p.id AS deployment, f.title, f.interval_s, f.battery, greatest(p.from_at, d.created_at),
       h.received_at
FROM deployment p
JOIN device d ON d.id = p.device_id
JOIN profile f ON f.id = d.profile_id
LEFT JOIN device_heard h ON h.device_id = d.id
WHERE p.from_at <= %(now)s AND (p.to_at IS NULL OR p.to_at > %(now)s)
  AND (%(after)s::text IS NULL OR p.device_id > %(after)s)
ORDER BY p.device_id
LIMIT %(most)s

-- name: messages
-- The newest messages of each device, whatever became of them, straight from the index: as many for a device of a
-- minute as for one of a day. Arrays hold the newest first: aggregates take rows as the ordered subquery gives them,
-- which saves a sort a device; date_part, unlike extract, gives a double without a detour by way of numeric.
SELECT u.device_id, m.*
FROM unnest(%(devices)s::text[]) AS u (device_id) CROSS JOIN LATERAL (
    SELECT (array_agg(source_id))[1] AS source, array_agg(date_part('epoch', received_at)) AS arrivals,
           array_agg(date_part('epoch', coalesce(observed_at, received_at))) AS observed, array_agg(f_cnt) AS counters,
           array_agg(date_part('epoch', received_at - observed_at)) FILTER (WHERE time_source = 'device') AS device,
           array_agg(date_part('epoch', received_at - observed_at)) FILTER (WHERE time_source = 'gateway') AS gateway,
           count(*) FILTER (WHERE clock_bad) AS bad
    FROM (
        SELECT received_at, observed_at, time_source, clock_bad, f_cnt, source_id FROM uplink
        WHERE uplink.device_id = u.device_id AND uplink.received_at > %(since)s AND uplink.received_at <= %(now)s
          AND (uplink.observed_at IS NOT NULL OR uplink.clock_bad)  -- neither: a stranger spoke for the device
        ORDER BY uplink.received_at DESC LIMIT %(most)s
    ) newest
) m
WHERE m.source IS NOT NULL

-- name: batteries
-- The newest reading of each deployment's battery; a level is worth more than a voltage.
SELECT DISTINCT ON (p.device_id) p.device_id, s.quantity, l.value, l.time
FROM deployment p
JOIN datastream s ON s.deployment_id = p.id AND s.quantity IN ('battery_level', 'battery_voltage')
JOIN latest l ON l.datastream_id = s.id
WHERE p.id = ANY (%(deployments)s)
ORDER BY p.device_id, s.quantity, l.time DESC

-- name: newest_readings
-- The newest few readings of each datastream of some quantities, in numbers.
SELECT p.device_id, s.id, s.quantity, s.channel, n.count, n.low, n.high, n.first_at, n.last_at
FROM deployment p
JOIN datastream s ON s.deployment_id = p.id AND s.quantity = ANY (%(quantities)s)
CROSS JOIN LATERAL (
    SELECT count(*), min(value) AS low, max(value) AS high, min(time) AS first_at, max(time) AS last_at
    FROM (
        SELECT value, time FROM reading
        WHERE reading.datastream_id = s.id AND reading.time > %(since)s AND reading.time <= %(now)s
        ORDER BY reading.time DESC LIMIT %(most)s
    ) r
) n
WHERE p.id = ANY (%(deployments)s)
ORDER BY p.device_id, s.id

-- name: courses
-- Datastreams over a span of their own, in numbers.
SELECT u.id, n.count, n.low, n.high, n.first_at, n.last_at
FROM unnest(%(streams)s::int[], %(since)s::timestamptz[]) AS u (id, since) CROSS JOIN LATERAL (
    SELECT count(*), min(value) AS low, max(value) AS high, min(time) AS first_at, max(time) AS last_at
    FROM reading WHERE reading.datastream_id = u.id AND reading.time > u.since AND reading.time <= %(now)s
) n

-- name: counts
-- What people counters counted, hour by hour as it is rolled up: the hour's number from the first, and the count.
SELECT p.device_id, s.quantity, s.channel,
       array_agg((date_part('epoch', h.hour - %(from_at)s) / 3600)::int ORDER BY h.hour), array_agg(h.total ORDER BY h.hour)
FROM deployment p
JOIN datastream s ON s.deployment_id = p.id
    AND s.quantity IN ('people_in', 'people_out', 'people_in_total', 'people_out_total')
JOIN reading_hour h ON h.datastream_id = s.id AND h.hour >= %(from_at)s AND h.hour < %(to_at)s AND h.total IS NOT NULL
WHERE p.id = ANY (%(deployments)s)
GROUP BY p.device_id, s.id
ORDER BY p.device_id, s.id

-- name: feeds
-- For each source, how many deployed devices were last heard on it, and when the newest of their messages came.
SELECT s.id, s.name, count(*), max(m.received_at)
FROM deployment p
CROSS JOIN LATERAL (
    SELECT source_id, received_at FROM uplink
    WHERE uplink.device_id = p.device_id AND uplink.received_at > %(since)s AND uplink.received_at <= %(now)s
      AND (uplink.observed_at IS NOT NULL OR uplink.clock_bad)
    ORDER BY uplink.received_at DESC LIMIT 1
) m
JOIN source s ON s.id = m.source_id
WHERE p.from_at <= %(now)s AND (p.to_at IS NULL OR p.to_at > %(now)s)
GROUP BY s.id
ORDER BY s.id

-- name: feed_hours
-- The hours in which anything at all came on a source.
SELECT source_id, array_agg(hour ORDER BY hour) FROM (
    SELECT source_id, hour FROM ingest_count WHERE hour > %(since)s AND hour <= %(now)s
    GROUP BY source_id, hour HAVING sum(received) > 0
) h
GROUP BY source_id

-- name: save
INSERT INTO device_health AS h (device_id, assessed_at, interval_s, gaps, live_s, late_s, expected, lost,
    battery_quantity, battery_value, battery_at, battery_percent, battery_state, stuck, clock_source, clock_offset_s,
    clock_bad, messages)
SELECT u.* FROM unnest(%s::text[], %s::timestamptz[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[],
    %s::text[], %s::float8[], %s::timestamptz[], %s::float8[], %s::text[], %s::jsonb[], %s::text[], %s::float8[],
    %s::int[], %s::int[]) AS u
ON CONFLICT (device_id) DO UPDATE
SET assessed_at = excluded.assessed_at, interval_s = excluded.interval_s, gaps = excluded.gaps,
    live_s = excluded.live_s, late_s = excluded.late_s, expected = excluded.expected, lost = excluded.lost,
    battery_quantity = excluded.battery_quantity, battery_value = excluded.battery_value,
    battery_at = excluded.battery_at, battery_percent = excluded.battery_percent,
    battery_state = excluded.battery_state, stuck = excluded.stuck, clock_source = excluded.clock_source,
    clock_offset_s = excluded.clock_offset_s, clock_bad = excluded.clock_bad, messages = excluded.messages

-- name: forget
-- Devices that were not assessed by this run are deployed no more.
DELETE FROM device_health WHERE assessed_at < %s
