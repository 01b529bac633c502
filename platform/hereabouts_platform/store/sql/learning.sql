-- What came of cases. Row security leaves out what the principal may not see.

-- name: closed
-- Each closed case with the rule and the worst level of its alerts, the cause that the worst of them put first, and what was
-- said when it was closed.
WITH told AS (
    SELECT m.case_id, max(array_position(ARRAY['watch', 'act', 'urgent'], m.worst)) AS worst,
           max(a.rule || ', version ' || a.rule_version) AS rule,
           (array_agg(a.cause ->> 'cause' ORDER BY array_position(ARRAY['watch', 'act', 'urgent'], m.worst) DESC, a.id)
            FILTER (WHERE a.cause IS NOT NULL))[1] AS first_cause
    FROM case_alert m LEFT JOIN alert a ON a.id = m.alert_id GROUP BY m.case_id
)
SELECT c.hazard, c.outcome, t.rule, (ARRAY['watch', 'act', 'urgent'])[t.worst] AS level, t.first_cause,
       e.detail ->> 'reason' AS reason, e.detail ->> 'cause' AS cause
FROM case_record c
LEFT JOIN told t ON t.case_id = c.id
LEFT JOIN LATERAL (
    SELECT x.detail FROM case_event x
    WHERE x.case_id = c.id AND x.kind IN ('dismissed', 'closed') ORDER BY x.id DESC LIMIT 1) e ON true
WHERE c.state = 'closed'
ORDER BY c.hazard, c.id

-- name: after_works
-- Of rooms of closed cases that were watched after works: how many, by how the watch stood at its end and by what the
-- comparison in the same weather came to, by the first measure of the hazard.
SELECT c.hazard, w.state, coalesce(w.changes -> 0 ->> 'verdict', 'cannot_say') AS verdict, count(*)
FROM relapse_watch w JOIN case_record c ON c.id = w.case_id
WHERE c.state = 'closed'
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3

-- name: outcomes
-- Closed cases of which people know whether there was a hazard, with the day on which they first knew: when the first
-- investigation ended, else when the case was closed. Where nobody could get in, nobody knows.
SELECT f.home, f.hazard, f.day, f.confirmed FROM (
    SELECT c.place_id AS home, c.hazard, c.outcome IN ('confirmed_hazard', 'cause_found') AS confirmed,
           (coalesce((SELECT min(e.at) FROM case_event e
                      WHERE e.case_id = c.id AND e.kind = 'investigation_concluded'), c.closed_at)
            AT TIME ZONE 'UTC')::date AS day, c.id
    FROM case_record c WHERE c.state = 'closed' AND c.outcome <> 'no_access'
) f
WHERE f.day BETWEEN %(first)s AND %(last)s
ORDER BY f.day, f.id
