-- Deployments with their history.

-- name: deployments
-- In order of number; a deployment without an end goes on.
SELECT d.id, d.device_id AS device, d.place_id AS place,
       CASE WHEN p.kind = 'home' THEN p.id WHEN up.kind = 'home' THEN up.id END AS home,
       d.from_at AS "from", d.to_at AS "to", d.mount
FROM deployment d JOIN place p ON p.id = d.place_id LEFT JOIN place up ON up.id = p.parent_id
WHERE (%(device)s::text IS NULL OR d.device_id = %(device)s)
  AND (%(place)s::text IS NULL OR p.id = %(place)s OR (p.parent_id = %(place)s AND p.kind IN ('room', 'bin_slot')))
  AND (%(to_at)s::timestamptz IS NULL OR d.from_at < %(to_at)s)
  AND (%(from_at)s::timestamptz IS NULL OR d.to_at IS NULL OR d.to_at > %(from_at)s)
  AND (%(after)s::int IS NULL OR d.id > %(after)s)
ORDER BY d.id
LIMIT %(most)s
