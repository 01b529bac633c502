-- Bin slots with what their forecasts say, as people read them. Row security decides which.

-- name: bins
-- In order of id; with those that have no forecast yet for whoever sees every round, so that none is missing.
SELECT p.id AS place, p.name, up.id AS site, up.name AS site_name, CASE WHEN up.kind = 'home' THEN up.id END AS home,
       coalesce(p.lon, up.lon) AS lon, coalesce(p.lat, up.lat) AS lat, p.attributes,
       b.level_p50, b.level_p90, coalesce(b.reaches, '[]') AS reaches, b.overflow_chance, b.overflow_by, b.depot,
       b.measured, b.emptied_at, b.read_at, coalesce(b.look_at, '[]') AS look_at, b.made_at
FROM place p LEFT JOIN place up ON up.id = p.parent_id LEFT JOIN bin_state b ON b.place_id = p.id
WHERE p.kind = 'bin_slot' AND (p.parent_id IS NULL OR up.id IS NOT NULL)
  AND (b.place_id IS NOT NULL OR (SELECT sees_every_round()))
  AND (%(place)s::text IS NULL OR p.id = %(place)s)
  AND (%(site)s::text IS NULL OR p.parent_id = %(site)s)
  AND (%(depot)s::text IS NULL OR b.depot = %(depot)s)
  AND (%(code)s::text IS NULL OR EXISTS (
      SELECT FROM place_area pa
      WHERE pa.place_id = CASE WHEN p.lon IS NULL THEN up.id ELSE p.id END
        AND pa.code = %(code)s AND pa.vintage = %(vintage)s))
  AND (%(west)s::float8 IS NULL OR coalesce(p.lon, up.lon) BETWEEN %(west)s AND %(east)s
                                   AND coalesce(p.lat, up.lat) BETWEEN %(south)s AND %(north)s)
  AND (%(after)s::text IS NULL OR p.id > %(after)s)
ORDER BY p.id
LIMIT %(most)s
