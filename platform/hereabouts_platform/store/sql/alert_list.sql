-- Alerts as the API and the pages list them.

-- name: alerts
-- Newest first. Of a place: its own and its parts', and those on devices that were there.
SELECT a.id, a.subject_kind, a.subject_id, a.place_id AS place,
       CASE WHEN p.kind = 'home' THEN p.id WHEN up.kind = 'home' THEN up.id END AS home,
       a.hazard, a.level, CASE WHEN a.cleared_at IS NULL THEN 'open' ELSE 'cleared' END AS state,
       a.reason, a.evidence, a.rule, a.rule_version, a.cause, a.opened_at, a.updated_at, a.cleared_at
FROM alert a
LEFT JOIN deployment d ON a.subject_kind = 'device' AND d.device_id = a.subject_id AND d.from_at <= a.opened_at
                      AND (d.to_at IS NULL OR a.opened_at < d.to_at)
LEFT JOIN place p ON p.id = coalesce(a.place_id, d.place_id)
LEFT JOIN place up ON up.id = p.parent_id
WHERE (%(state)s::text IS NULL OR (a.cleared_at IS NULL) = (%(state)s = 'open'))
  AND (%(hazard)s::text IS NULL OR a.hazard = %(hazard)s)
  AND (%(place)s::text IS NULL OR p.id = %(place)s
       OR (p.parent_id = %(place)s AND p.kind IN ('room', 'bin_slot')))
  AND (%(before_at)s::timestamptz IS NULL OR (a.opened_at, a.id) < (%(before_at)s, %(before_id)s))
ORDER BY a.opened_at DESC, a.id DESC
LIMIT %(most)s

-- name: most_urgent
-- Open alerts on places, the most urgent first and the longest open first among them, with what a page says of them.
SELECT * FROM (
    SELECT a.id, a.place_id AS place, a.hazard, a.level, a.reason, a.opened_at, p.name AS place_name,
           CASE WHEN p.kind = 'home' THEN p.id WHEN up.kind = 'home' THEN up.id END AS home,
           CASE WHEN p.kind IN ('room', 'bin_slot') THEN up.name END AS parent_name,
           CASE a.level WHEN 'urgent' THEN 1 WHEN 'act' THEN 2 ELSE 3 END AS turn
    FROM alert a JOIN place p ON p.id = a.place_id LEFT JOIN place up ON up.id = p.parent_id
    WHERE a.cleared_at IS NULL
) o
WHERE %(turn)s::int IS NULL OR (o.turn, o.opened_at, o.id) > (%(turn)s, %(opened_at)s, %(id)s)
ORDER BY o.turn, o.opened_at, o.id
LIMIT %(most)s

-- name: open_counts
-- Open alerts on places by level, and how many places (a home with its rooms is one) they stand on.
SELECT count(*) FILTER (WHERE a.level = 'urgent') AS urgent, count(*) FILTER (WHERE a.level = 'act') AS act,
       count(*) FILTER (WHERE a.level = 'watch') AS watch,
       count(DISTINCT CASE WHEN p.kind IN ('room', 'bin_slot') THEN p.parent_id ELSE p.id END) AS places
FROM alert a JOIN place p ON p.id = a.place_id
WHERE a.cleared_at IS NULL

-- name: open_elsewhere
-- Open alerts about the system itself: sources and jobs. Devices have a page of their own.
SELECT level, reason, opened_at FROM alert WHERE cleared_at IS NULL AND subject_kind IN ('source', 'job')
ORDER BY CASE level WHEN 'urgent' THEN 1 WHEN 'act' THEN 2 ELSE 3 END, opened_at, id
LIMIT %s

-- name: last_assessment
-- When homes were last assessed, and of how many rooms nothing could be said.
SELECT finished_at AS at, coalesce((detail ->> 'rooms')::int, 0) AS rooms,
       coalesce((detail ->> 'cannot_say')::int, 0) AS cannot_say
FROM job_run WHERE job = 'assess' AND state = 'done'
ORDER BY window_at DESC, id DESC LIMIT 1
