-- What the pages of rounds ask beside the lists. Row security decides which rows are seen.

-- name: depots
-- Depots that have rounds on a day come first; then the others that this principal may see.
SELECT known.depot AS id, coalesce(p.name, known.depot) AS name, bool_or(known.busy) AS busy
FROM (SELECT depot, true AS busy FROM round WHERE day = %(day)s
      UNION ALL SELECT id, false FROM place WHERE kind = 'depot') known
LEFT JOIN place p ON p.id = known.depot
GROUP BY known.depot, p.name
ORDER BY busy DESC, name, id

-- name: plan
SELECT day, depot FROM round_plan WHERE id = %(plan)s

-- name: left
-- What a plan leaves: what had to be done first, then what would overflow first.
SELECT v.id, v.place_id AS place, v.name, v.must, v.reason, v.says, v.left_says, v.overflow_p50_at, v.overflow_p90_at,
       CASE WHEN v.of_home THEN v.place_id END AS home
FROM visit v
WHERE v.day = %(day)s AND v.plan_id = %(plan)s AND v.round_id IS NULL
ORDER BY v.must DESC, v.overflow_p90_at NULLS LAST, v.overflow_p50_at NULLS LAST, v.name, v.id
LIMIT %(most)s

-- name: left_counts
SELECT count(*) AS visits, count(*) FILTER (WHERE v.must) AS unmet
FROM visit v WHERE v.day = %(day)s AND v.plan_id = %(plan)s AND v.round_id IS NULL
