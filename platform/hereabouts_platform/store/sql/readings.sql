-- Readings as the api role may read them: through the functions of migration 0005.

-- name: datastreams_at
-- Of a place and its parts.
SELECT s.id, s.quantity, s.channel, s.unit, d.place_id AS place, f.interval_s
FROM datastream s JOIN deployment d ON d.id = s.deployment_id JOIN place p ON p.id = d.place_id
JOIN device v ON v.id = d.device_id JOIN profile f ON f.id = v.profile_id
WHERE (p.id = %(place)s OR (p.parent_id = %(place)s AND p.kind IN ('room', 'bin_slot')))
  AND (%(quantities)s::text[] IS NULL OR s.quantity = ANY (%(quantities)s))
ORDER BY s.id

-- name: datastreams
SELECT s.id, s.quantity, s.channel, s.unit, d.place_id AS place,
       CASE WHEN p.kind = 'home' THEN p.id WHEN up.kind = 'home' THEN up.id END AS home
FROM datastream s JOIN deployment d ON d.id = s.deployment_id
JOIN place p ON p.id = d.place_id LEFT JOIN place up ON up.id = p.parent_id
WHERE s.id = ANY (%(ids)s)
ORDER BY s.id

-- name: readings
SELECT datastream_id, "time", value
FROM readings_of(%(ids)s, coalesce(%(from)s, '-infinity'::timestamptz), coalesce(%(to)s, 'infinity'::timestamptz),
                 %(after_time)s, %(after_id)s, %(most)s)

-- name: buckets
SELECT bucket, datastream_id, count, mean, min, max, sum, time_mean, total
FROM reading_buckets(%(ids)s, coalesce(%(from)s, '-infinity'::timestamptz), coalesce(%(to)s, 'infinity'::timestamptz),
                     %(width)s, %(after_time)s, %(after_id)s, %(most)s)

-- name: civil_buckets
SELECT bucket, datastream_id, count, mean, min, max, sum, time_mean, total
FROM reading_civil_buckets(%(ids)s, coalesce(%(from)s, '-infinity'::timestamptz),
                           coalesce(%(to)s, 'infinity'::timestamptz),
                           %(field)s, %(after_time)s, %(after_id)s, %(most)s)
