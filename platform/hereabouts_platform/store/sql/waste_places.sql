-- The places that rounds are made of.

-- name: places
-- Bin slots, depots and tips, at their own position or their parent's.
SELECT p.id, p.kind, p.name, p.parent_id, coalesce(p.lon, up.lon), coalesce(p.lat, up.lat), p.attributes
FROM place p LEFT JOIN place up ON up.id = p.parent_id
WHERE p.kind IN ('bin_slot', 'depot', 'tip')
ORDER BY p.id
