-- Places and the unified view of one. A room or a bin slot is part of its parent: a home's view holds its rooms'.

-- name: places
-- Places in order of id, after a cursor; `home` is the home a place is, or is a room of.
SELECT p.id, p.kind, p.name, p.lon, p.lat, p.parent_id AS parent,
       CASE WHEN p.kind = 'home' THEN p.id WHEN up.kind = 'home' THEN up.id END AS home,
       jsonb_build_object('uprn', p.uprn, 'usrn', p.usrn) AS identifiers, p.attributes, p.polygon
FROM place p LEFT JOIN place up ON up.id = p.parent_id
WHERE (%(kind)s::text IS NULL OR p.kind = %(kind)s)
  AND (%(parent)s::text IS NULL OR p.parent_id = %(parent)s)
  AND (%(west)s::float8 IS NULL OR p.lon BETWEEN %(west)s AND %(east)s AND p.lat BETWEEN %(south)s AND %(north)s)
  AND (%(ring)s::text IS NULL OR point(p.lon, p.lat) <@ (%(ring)s::text)::polygon)
  AND (%(code)s::text IS NULL OR EXISTS (
      SELECT FROM place_area pa WHERE pa.place_id = p.id AND pa.code = %(code)s AND pa.vintage = %(vintage)s))
  AND (%(words)s::text[] IS NULL OR p.uprn = %(q)s OR p.usrn = %(q)s
       OR concat_ws(' ', p.name, p.id, CASE WHEN p.kind = 'bin_slot' THEN up.name END) ILIKE ALL (%(words)s::text[]))
  AND (%(after)s::text IS NULL OR p.id > %(after)s)
ORDER BY p.id
LIMIT %(most)s

-- name: place
SELECT p.id, p.kind, p.name, p.lon, p.lat,
       CASE WHEN p.kind = 'home' THEN p.id WHEN up.kind = 'home' THEN up.id END AS home,
       jsonb_build_object('uprn', p.uprn, 'usrn', p.usrn) AS identifiers, p.attributes, p.polygon,
       CASE WHEN up.id IS NOT NULL THEN jsonb_build_object('id', up.id, 'kind', up.kind, 'name', up.name) END AS parent
FROM place p LEFT JOIN place up ON up.id = p.parent_id
WHERE p.id = %(place)s

-- name: areas
SELECT a.code, a.vintage, a.kind, a.name, s.name AS source, s.licence
FROM place_area pa JOIN area a USING (code, vintage) LEFT JOIN area_source s ON s.id = a.source_id
WHERE pa.place_id = %(place)s
ORDER BY a.kind, a.code, a.vintage

-- name: children
SELECT id, kind, name FROM place WHERE parent_id = %(place)s ORDER BY id

-- name: deployments
-- The place's own and its parts', the present ones first, newest first.
SELECT d.id, d.device_id AS device, v.profile_id AS profile, f.title,
       coalesce(k.interval_s, f.interval_s) AS interval_s, d.place_id AS place,
       d.from_at AS "from", d.to_at AS "to", d.mount, h.received_at AS last_heard,
       greatest(d.from_at, v.created_at) AS expected_from
FROM deployment d
JOIN place p ON p.id = d.place_id
JOIN device v ON v.id = d.device_id
JOIN profile f ON f.id = v.profile_id
LEFT JOIN device_heard h ON h.device_id = d.device_id
LEFT JOIN device_health k ON k.device_id = d.device_id
WHERE p.id = %(place)s OR (p.parent_id = %(place)s AND p.kind IN ('room', 'bin_slot'))
ORDER BY d.to_at DESC NULLS FIRST, d.place_id, d.from_at DESC, d.id

-- name: latest
-- The newest value of every quantity and channel at the place and at each of its parts, whichever device it came from.
WITH stream AS (
    SELECT s.id, s.quantity, s.channel, s.unit, d.place_id, d.device_id
    FROM datastream s JOIN deployment d ON d.id = s.deployment_id JOIN place p ON p.id = d.place_id
    WHERE p.id = %(place)s OR (p.parent_id = %(place)s AND p.kind IN ('room', 'bin_slot'))
)
SELECT DISTINCT ON (s.place_id, s.quantity, s.channel)
       s.place_id AS place, s.quantity, s.channel, s.unit, l.value, l.time, s.id AS datastream, s.device_id AS device
FROM latest_of((SELECT array_agg(id) FROM stream)) l JOIN stream s ON s.id = l.datastream_id
ORDER BY s.place_id, s.quantity, s.channel, l.time DESC, s.id DESC
