-- What came of cases. Row security leaves out what the principal may not see.

-- name: closed
-- Each closed case with the rule and the worst level of its alerts, and what was said when it was closed.
WITH told AS (
    SELECT m.case_id, max(array_position(ARRAY['watch', 'act', 'urgent'], m.worst)) AS worst,
           max(a.rule || ', version ' || a.rule_version) AS rule
    FROM case_alert m LEFT JOIN alert a ON a.id = m.alert_id GROUP BY m.case_id
)
SELECT c.hazard, c.outcome, t.rule, (ARRAY['watch', 'act', 'urgent'])[t.worst] AS level,
       e.detail ->> 'reason' AS reason, e.detail ->> 'cause' AS cause
FROM case_record c
LEFT JOIN told t ON t.case_id = c.id
LEFT JOIN LATERAL (
    SELECT x.detail FROM case_event x
    WHERE x.case_id = c.id AND x.kind IN ('dismissed', 'closed') ORDER BY x.id DESC LIMIT 1) e ON true
WHERE c.state = 'closed'
ORDER BY c.hazard, c.id
