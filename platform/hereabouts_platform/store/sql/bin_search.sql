-- Bins as people ask for them.

-- name: find
-- Bins and bin sites with each of some words in their names or ids, those first that a plan of the day has.
SELECT p.id, p.kind, p.name, up.name AS site, v.vehicle, v.begins_at, v.left_says, v.visit IS NOT NULL AS is_planned
FROM place p LEFT JOIN place up ON up.id = p.parent_id
LEFT JOIN LATERAL (
    SELECT v.id AS visit, r.vehicle_name AS vehicle, v.begins_at, v.left_says
    FROM visit v JOIN round_plan n ON n.id = v.plan_id AND n.state = 'published' LEFT JOIN round r ON r.id = v.round_id
    WHERE v.place_id = p.id AND v.day = %(day)s ORDER BY v.id DESC LIMIT 1) v ON true
WHERE p.kind IN ('bin_slot', 'bin_site')
  AND concat_ws(' ', p.name, p.id, CASE WHEN p.kind = 'bin_slot' THEN up.name END) ILIKE ALL (%(words)s::text[])
ORDER BY v.visit IS NULL, p.name, p.id
LIMIT %(most)s
