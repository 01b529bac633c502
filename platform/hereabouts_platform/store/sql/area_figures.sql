-- Summaries of areas, through the functions of migrations 0016 and 0022.

-- name: figures
SELECT quantity, unit, of_homes, places, mean, p10, p50, p90, below_share, above_share
FROM area_figures(%(code)s, %(vintage)s, %(from)s, %(to)s, %(quantities)s, %(below)s, %(above)s)

-- name: homes
SELECT code, vintage, kind, homes FROM area_homes(%(quantity)s, %(from)s, %(to)s)

-- name: is_lagging
SELECT rollups_lag(%(from)s, %(to)s)

-- name: alerts
-- Open alerts: on how many places (a home with its rooms is one), homes apart. Those on devices count where they are.
SELECT a.hazard, a.level, coalesce(up.kind = 'home' AND p.kind = 'room', false) OR p.kind = 'home' AS of_homes,
       count(DISTINCT CASE WHEN p.kind IN ('room', 'bin_slot') THEN p.parent_id ELSE p.id END) AS places
FROM alert a
LEFT JOIN deployment d ON a.subject_kind = 'device' AND d.device_id = a.subject_id AND d.from_at <= a.opened_at
                      AND (d.to_at IS NULL OR a.opened_at < d.to_at)
JOIN place p ON p.id = coalesce(a.place_id, d.place_id)
LEFT JOIN place up ON up.id = p.parent_id
JOIN place_area m ON m.place_id = CASE WHEN p.kind IN ('room', 'bin_slot') THEN p.parent_id ELSE p.id END
WHERE a.cleared_at IS NULL AND m.code = %(code)s AND m.vintage = %(vintage)s
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
