-- Devices and how they are. The bounds of health come from the rule (rules/health.py), one pair a profile.

-- name: profile_intervals
SELECT id, interval_s FROM profile

-- name: devices
SELECT d.id, d.profile_id AS profile, f.title, f.interval_s, h.at AS last_heard, s.health
FROM device d
JOIN profile f ON f.id = d.profile_id
LEFT JOIN device_heard h ON h.device_id = d.id
JOIN unnest(%(profiles)s::text[], %(live_since)s::timestamptz[], %(late_since)s::timestamptz[])
     AS b (profile, live_since, late_since) ON b.profile = d.profile_id
CROSS JOIN LATERAL (SELECT CASE WHEN h.at >= b.live_since THEN 'live' WHEN h.at >= b.late_since THEN 'late'
                                ELSE 'silent' END AS health) s
WHERE (%(health)s::text IS NULL OR s.health = %(health)s)
  AND (%(after)s::text IS NULL OR d.id > %(after)s)
ORDER BY d.id
LIMIT %(most)s

-- name: deployments_of
SELECT d.device_id AS device, d.id, d.place_id AS place, d.from_at AS "from", d.to_at AS "to", d.mount,
       CASE WHEN p.kind = 'home' THEN p.id WHEN up.kind = 'home' THEN up.id END AS home
FROM deployment d JOIN place p ON p.id = d.place_id LEFT JOIN place up ON up.id = p.parent_id
WHERE d.device_id = ANY (%(devices)s)
ORDER BY d.device_id, d.from_at

-- name: silence
-- How many devices are deployed now; of these how many are silent, and in how many homes.
SELECT count(DISTINCT d.device_id) AS deployed,
       count(DISTINCT d.device_id) FILTER (WHERE s.silent) AS devices,
       count(DISTINCT CASE WHEN p.kind = 'home' THEN p.id WHEN up.kind = 'home' THEN up.id END)
           FILTER (WHERE s.silent) AS homes
FROM deployment d
JOIN device v ON v.id = d.device_id
JOIN unnest(%(profiles)s::text[], %(late_since)s::timestamptz[]) AS b (profile, late_since) ON b.profile = v.profile_id
LEFT JOIN device_heard h ON h.device_id = d.device_id
CROSS JOIN LATERAL (SELECT h.at IS NULL OR h.at < b.late_since AS silent) s
JOIN place p ON p.id = d.place_id LEFT JOIN place up ON up.id = p.parent_id
WHERE d.from_at <= %(now)s AND (d.to_at IS NULL OR d.to_at > %(now)s)
