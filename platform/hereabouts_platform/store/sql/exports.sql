-- Bulk export, through the functions of migration 0016.

-- name: streams
-- Datastreams of a place, of an area, by number or all; of an area by the root that a room or a slot belongs to.
SELECT s.id, s.quantity, s.channel, s.unit, d.place_id AS place, d.device_id AS device,
       CASE WHEN p.kind = 'home' THEN p.id WHEN up.kind = 'home' THEN up.id END AS home,
       coalesce(k.interval_s, f.interval_s) AS interval_s, d.from_at AS "from"
FROM datastream s
JOIN deployment d ON d.id = s.deployment_id
JOIN place p ON p.id = d.place_id
LEFT JOIN place up ON up.id = p.parent_id
JOIN device v ON v.id = d.device_id
JOIN profile f ON f.id = v.profile_id
LEFT JOIN device_health k ON k.device_id = v.id
WHERE (%(ids)s::int[] IS NULL OR s.id = ANY (%(ids)s))
  AND (%(quantities)s::text[] IS NULL OR s.quantity = ANY (%(quantities)s))
  AND (%(place)s::text IS NULL OR p.id = %(place)s
       OR (p.parent_id = %(place)s AND p.kind IN ('room', 'bin_slot')))
  AND (%(code)s::text IS NULL OR EXISTS (
      SELECT FROM place_area m
      WHERE m.place_id = CASE WHEN p.kind IN ('room', 'bin_slot') THEN p.parent_id ELSE p.id END
        AND m.code = %(code)s AND m.vintage = %(vintage)s))
  AND (%(to)s::timestamptz IS NULL OR d.from_at < %(to)s)
ORDER BY s.id

-- name: readings
-- Span after span, so that the server too holds no more than one.
COPY (
    SELECT r.datastream_id, r.times, r.readings
    FROM unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS span (starts, ends)
    CROSS JOIN LATERAL readings_by_stream(%(ids)s::int[], span.starts, span.ends) r
) TO STDOUT (FORMAT BINARY)

-- name: hours
COPY (
    SELECT r.datastream_id, r.hours, r.counts, r.means, r.time_means, r.mins, r.maxs, r.firsts, r.lasts, r.totals
    FROM unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS span (starts, ends)
    CROSS JOIN LATERAL hours_by_stream(%(ids)s::int[], span.starts, span.ends) r
) TO STDOUT (FORMAT BINARY)

-- name: places
SELECT p.id, p.kind, p.name, p.lon, p.lat, p.polygon::text AS polygon, p.uprn, p.usrn, p.parent_id AS parent,
       CASE WHEN p.kind = 'home' THEN p.id WHEN up.kind = 'home' THEN up.id END AS home, p.attributes::text AS attributes
FROM place p LEFT JOIN place up ON up.id = p.parent_id
WHERE %(code)s::text IS NULL OR EXISTS (
    SELECT FROM place_area m
    WHERE m.place_id = CASE WHEN p.kind IN ('room', 'bin_slot') THEN p.parent_id ELSE p.id END
      AND m.code = %(code)s AND m.vintage = %(vintage)s)
ORDER BY p.id
