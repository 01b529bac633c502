-- The way from a reading back to its bytes, as the api role may go it (migration 0010).

-- name: stream
-- A datastream with what it belongs to; `home` is the home its place is, or is a room of.
SELECT s.id, s.quantity, s.channel, s.unit, s.deployment_id AS deployment, d.device_id AS device, d.mount,
       d.place_id AS place, f.title,
       CASE WHEN p.kind IN ('room', 'bin_slot') THEN concat_ws(', ', up.name, p.name) ELSE p.name END AS place_name,
       CASE WHEN p.kind = 'home' THEN p.id WHEN up.kind = 'home' THEN up.id END AS home
FROM datastream s
JOIN deployment d ON d.id = s.deployment_id
JOIN device v ON v.id = d.device_id
JOIN profile f ON f.id = v.profile_id
JOIN place p ON p.id = d.place_id LEFT JOIN place up ON up.id = p.parent_id
WHERE s.id = %(id)s

-- name: origin
SELECT value, batch_id AS batch, received_at, slot, detail, blob, uplinks, revisions
FROM provenance_of(%(id)s, %(at)s)

-- name: fields
-- The table of fields by which a version of a profile reads.
SELECT fields FROM profile_version WHERE profile_id = %(profile)s AND version = %(version)s

-- name: beside
-- What another quantity of the same deployment and channel says at the same instant.
SELECT r.value
FROM datastream s
CROSS JOIN LATERAL readings_of(ARRAY[s.id], %(at)s, %(at)s::timestamptz + interval '1 microsecond', NULL, NULL, 1) r
WHERE s.deployment_id = %(deployment)s AND s.quantity = %(quantity)s AND s.channel = %(channel)s
