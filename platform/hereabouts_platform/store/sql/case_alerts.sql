-- Alerts on homes and what their cases know of them.

-- name: unfollowed
-- Alerts that say something that no case has heard yet: those that stand and are bad enough for a case, or whose home
-- has one open; and those that have cleared. With the worst level at which an alert was in a case that is closed now.
WITH standing AS (
    SELECT a.id, a.hazard, a.level, a.place_id, a.reason, a.evidence, a.rule, a.rule_version, a.cause, a.opened_at,
           p.name AS place_name, CASE WHEN p.kind = 'home' THEN p.id ELSE up.id END AS home
    FROM alert a JOIN place p ON p.id = a.place_id LEFT JOIN place up ON up.id = p.parent_id
    WHERE a.cleared_at IS NULL AND (p.kind = 'home' OR p.kind = 'room' AND up.kind = 'home')
)
SELECT s.id, s.hazard, s.level, s.place_id, s.reason, s.evidence, s.rule, s.rule_version, s.cause, s.opened_at, s.place_name,
       s.home, c.id AS case_id, m.level AS case_level,
       CASE WHEN c.id IS NULL THEN (
           SELECT max(array_position(ARRAY['watch', 'act', 'urgent'], x.worst)) FROM case_alert x
           WHERE x.alert_id = s.id) END AS decided
FROM standing s
LEFT JOIN case_record c ON c.place_id = s.home AND c.hazard = s.hazard AND c.state <> 'closed'
LEFT JOIN case_alert m ON m.case_id = c.id AND m.alert_id = s.id AND m.cleared_at IS NULL
WHERE CASE WHEN c.id IS NOT NULL THEN m.level IS DISTINCT FROM s.level
           ELSE array_position(ARRAY['watch', 'act', 'urgent'], s.level)
                >= array_position(ARRAY['watch', 'act', 'urgent'], %(least)s) END
UNION ALL
SELECT a.id, a.hazard, NULL, a.place_id, a.reason, a.evidence, a.rule, a.rule_version, a.cause, a.opened_at, p.name,
       c.place_id, c.id, m.level, NULL
FROM case_alert m JOIN case_record c ON c.id = m.case_id AND c.state <> 'closed'
JOIN alert a ON a.id = m.alert_id JOIN place p ON p.id = a.place_id
WHERE m.cleared_at IS NULL AND a.cleared_at IS NOT NULL
ORDER BY home, hazard, id

-- name: alert
-- One alert that stands, for a case that somebody opens from it.
SELECT a.id, a.hazard, a.level, a.place_id, a.reason, a.evidence, a.rule, a.rule_version, a.cause, a.opened_at,
       p.name AS place_name, CASE WHEN p.kind = 'home' THEN p.id WHEN p.kind = 'room' AND up.kind = 'home' THEN up.id END AS home
FROM alert a JOIN place p ON p.id = a.place_id LEFT JOIN place up ON up.id = p.parent_id
WHERE a.id = %(alert)s AND a.cleared_at IS NULL

-- name: heard
-- What a case heard last of an alert.
INSERT INTO case_alert AS m (case_id, alert_id, level, worst, cleared_at)
VALUES (%(case)s, %(alert)s, %(level)s, %(level)s, NULL)
ON CONFLICT (case_id, alert_id) DO UPDATE
SET level = excluded.level, cleared_at = NULL,
    worst = CASE WHEN array_position(ARRAY['watch', 'act', 'urgent'], excluded.level)
                      > array_position(ARRAY['watch', 'act', 'urgent'], m.worst) THEN excluded.level ELSE m.worst END

-- name: cleared
UPDATE case_alert SET cleared_at = %(at)s WHERE case_id = %(case)s AND alert_id = %(alert)s AND cleared_at IS NULL

-- name: keep_statement
INSERT INTO case_evidence (case_id, event_id, kind, subject, from_at, to_at, body, sha256)
VALUES (%(case)s, %(event)s, 'statement', %(subject)s, %(from)s, %(to)s, %(body)s, %(sha256)s)
