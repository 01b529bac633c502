-- The newest of everything, for a map.

-- name: latest
-- Datastreams of devices where they are now, in order of number, after a cursor. A room without a position of its own
-- stands where its parent does. What was never heard stands there without a value: silence is never green.
WITH page AS (
    SELECT s.id, s.quantity, s.channel, s.unit, p.id AS place, p.kind, p.name, d.device_id AS device,
           coalesce(p.lon, up.lon) AS lon, coalesce(p.lat, up.lat) AS lat,
           CASE WHEN p.kind = 'home' THEN p.id WHEN up.kind = 'home' THEN up.id END AS home, v.profile_id,
           greatest(d.from_at, v.created_at) AS expected_from
    FROM datastream s
    JOIN deployment d ON d.id = s.deployment_id
    JOIN device v ON v.id = d.device_id
    JOIN place p ON p.id = d.place_id
    LEFT JOIN place up ON up.id = p.parent_id
    WHERE d.from_at <= %(now)s AND (d.to_at IS NULL OR d.to_at > %(now)s)
      AND (%(quantities)s::text[] IS NULL OR s.quantity = ANY (%(quantities)s))
      AND (%(west)s::float8 IS NULL OR coalesce(p.lon, up.lon) BETWEEN %(west)s AND %(east)s
                                   AND coalesce(p.lat, up.lat) BETWEEN %(south)s AND %(north)s)
      AND s.id > %(after)s
    ORDER BY s.id
    LIMIT %(most)s
)
SELECT g.place, g.kind, g.name, g.home, g.lon, g.lat, g.quantity, g.channel, g.unit, l.value, l.time,
       g.id AS datastream, g.device, h.received_at AS last_heard, g.expected_from,
       coalesce(k.interval_s, f.interval_s) AS interval_s
FROM page g
JOIN profile f ON f.id = g.profile_id
LEFT JOIN latest_of((SELECT array_agg(id) FROM page)) l ON l.datastream_id = g.id
LEFT JOIN device_heard h ON h.device_id = g.device
LEFT JOIN device_health k ON k.device_id = g.device
ORDER BY g.id
