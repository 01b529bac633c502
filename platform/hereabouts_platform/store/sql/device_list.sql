-- Devices and how they are. The bounds of health are those that the job `health` learnt for the device; until it has
-- looked at one, its profile's (rules/health.py), one pair a profile. Health itself is worked out here, at the time of
-- asking: silence does not wait for the job's next run.

-- name: profile_intervals
SELECT id, interval_s FROM profile

-- name: devices
-- Devices in order of id, after a cursor.
SELECT d.id, d.profile_id AS profile, f.title,
       coalesce(k.interval_s, f.interval_s) AS interval_s, coalesce(k.gaps, 0) AS interval_gaps,
       h.received_at AS last_heard, s.health, k.assessed_at, k.expected AS messages_expected, k.lost AS messages_lost,
       k.battery_percent, coalesce(k.battery_state, 'cannot_say') AS battery_state,
       CASE WHEN k.battery_value IS NOT NULL THEN jsonb_build_object(
           'quantity', k.battery_quantity, 'value', k.battery_value, 'time', k.battery_at) END AS battery_raw,
       coalesce(k.stuck, '[]') AS stuck, k.clock_source, k.clock_offset_s,
       coalesce(k.clock_bad, 0) AS clock_bad, coalesce(k.messages, 0) AS messages
FROM device d
JOIN profile f ON f.id = d.profile_id
LEFT JOIN device_heard h ON h.device_id = d.id
LEFT JOIN device_health k ON k.device_id = d.id
LEFT JOIN deployment p ON p.device_id = d.id AND p.from_at <= %(now)s AND (p.to_at IS NULL OR p.to_at > %(now)s)
JOIN unnest(%(profiles)s::text[], %(lives)s::interval[], %(lates)s::interval[])
     AS b (profile, live, late) ON b.profile = d.profile_id
CROSS JOIN LATERAL (SELECT coalesce(make_interval(secs => k.live_s), b.live) AS live,
                           coalesce(make_interval(secs => k.late_s), b.late) AS late) a
CROSS JOIN LATERAL (SELECT greatest(p.from_at, d.created_at) AS at) e  -- since when it is expected to be heard
CROSS JOIN LATERAL (
    SELECT CASE WHEN p.id IS NULL THEN 'spare'
                WHEN h.received_at IS NULL OR h.received_at < e.at
                    THEN CASE WHEN e.at >= %(now)s - a.late THEN 'waiting' ELSE 'silent' END
                WHEN h.received_at >= %(now)s - a.live THEN 'live'
                WHEN h.received_at >= %(now)s - a.late THEN 'late'
                ELSE 'silent' END AS health
) s
WHERE (%(health)s::text IS NULL OR s.health = %(health)s)
  AND (%(only)s::text[] IS NULL OR d.id = ANY (%(only)s))
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
JOIN unnest(%(profiles)s::text[], %(lates)s::interval[]) AS b (profile, late) ON b.profile = v.profile_id
LEFT JOIN device_heard h ON h.device_id = d.device_id
LEFT JOIN device_health k ON k.device_id = d.device_id
CROSS JOIN LATERAL (SELECT greatest(h.received_at, d.from_at, v.created_at)
                           < %(now)s - coalesce(make_interval(secs => k.late_s), b.late) AS silent) s
JOIN place p ON p.id = d.place_id LEFT JOIN place up ON up.id = p.parent_id
WHERE d.from_at <= %(now)s AND (d.to_at IS NULL OR d.to_at > %(now)s)

-- name: needing
-- Deployed devices in the order in which they need somebody, after a cursor: first those with an open alert, act before
-- watch and the longest open first, then late ones, then all others by id.
SELECT t.* FROM (
    SELECT d.id AS device, coalesce(a.turn, CASE WHEN s.late THEN 3 ELSE 4 END) AS turn,
           coalesce(a.opened_at, 'epoch') AS since
    FROM deployment p
    JOIN device d ON d.id = p.device_id
    JOIN unnest(%(profiles)s::text[], %(lives)s::interval[]) AS b (profile, live) ON b.profile = d.profile_id
    LEFT JOIN device_heard h ON h.device_id = d.id
    LEFT JOIN device_health k ON k.device_id = d.id
    LEFT JOIN LATERAL (
        SELECT min(CASE level WHEN 'urgent' THEN 0 WHEN 'act' THEN 1 ELSE 2 END) AS turn, min(opened_at) AS opened_at
        FROM alert
        WHERE subject_kind = 'device' AND subject_id = d.id AND cleared_at IS NULL
    ) a ON true
    CROSS JOIN LATERAL (SELECT greatest(h.received_at, p.from_at, d.created_at)
                               < %(now)s - coalesce(make_interval(secs => k.live_s), b.live) AS late) s
    WHERE p.from_at <= %(now)s AND (p.to_at IS NULL OR p.to_at > %(now)s)
) t
WHERE %(turn)s::int IS NULL OR (t.turn, t.since, t.device) > (%(turn)s, %(since)s, %(device)s)
ORDER BY t.turn, t.since, t.device
LIMIT %(most)s

-- name: places_of
-- Where devices are at a time, with the name of what a room or a bin slot is a part of.
SELECT d.device_id AS device, p.id AS place, p.name,
       CASE WHEN p.kind IN ('room', 'bin_slot') THEN up.name END AS parent_name,
       CASE WHEN p.kind = 'home' THEN p.id WHEN up.kind = 'home' THEN up.id END AS home
FROM deployment d JOIN place p ON p.id = d.place_id LEFT JOIN place up ON up.id = p.parent_id
WHERE d.device_id = ANY (%(devices)s) AND d.from_at <= %(now)s AND (d.to_at IS NULL OR d.to_at > %(now)s)

-- name: devices_with_alerts
SELECT count(DISTINCT subject_id) FROM alert WHERE subject_kind = 'device' AND cleared_at IS NULL

-- name: open_alerts
-- What stands open on devices.
SELECT subject_id AS device, hazard, level, reason, opened_at FROM alert
WHERE subject_kind = 'device' AND subject_id = ANY (%(devices)s) AND cleared_at IS NULL
ORDER BY subject_id, CASE level WHEN 'urgent' THEN 0 WHEN 'act' THEN 1 ELSE 2 END, opened_at, id
