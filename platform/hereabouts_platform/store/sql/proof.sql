-- Proof of fix: cases that are watched after their works, and how the watch over each of their rooms stands.

-- name: watched
-- Cases in which all works are done, with their homes.
SELECT c.id, c.place_id AS home, p.name AS home_name, c.hazard, c.patch, c.assignee_id AS assignee
FROM case_record c JOIN place p ON p.id = c.place_id
WHERE c.state = 'monitoring'
ORDER BY c.id

-- name: levels
-- What was said of rooms each day, by the hazard.
SELECT place_id, day, CASE %(hazard)s WHEN 'damp_mould' THEN damp_mould WHEN 'excess_cold' THEN excess_cold
                                      WHEN 'excess_heat' THEN excess_heat END
FROM room_day WHERE place_id = ANY (%(places)s) AND day >= %(first)s AND day <= %(last)s

-- name: save
-- The day on which it came back stays the first on which that was seen.
INSERT INTO relapse_watch (case_id, place_id, state, until, days_seen, came_back_on, reason, changes, looked_at)
VALUES (%(case)s, %(place)s, %(state)s, %(until)s, %(days_seen)s, %(on)s, %(reason)s, %(changes)s, %(now)s)
ON CONFLICT (case_id, place_id) DO UPDATE
SET state = excluded.state, until = excluded.until, days_seen = excluded.days_seen,
    came_back_on = CASE WHEN excluded.state = 'relapsed'
                        THEN least(relapse_watch.came_back_on, excluded.came_back_on) END,
    reason = excluded.reason, changes = excluded.changes, looked_at = excluded.looked_at

-- name: came_back
-- Rooms of cases still watched in which it came back, the first first.
SELECT w.case_id AS "case", w.place_id AS place, p.name AS place_name, c.place_id AS home, h.name AS home_name, c.patch,
       c.hazard, c.assignee_id AS assignee, w.came_back_on AS "on"
FROM relapse_watch w JOIN case_record c ON c.id = w.case_id
JOIN place p ON p.id = w.place_id JOIN place h ON h.id = c.place_id
WHERE c.state = 'monitoring' AND w.state = 'relapsed'
ORDER BY w.came_back_on, w.case_id, w.place_id

-- name: watches_of
SELECT place_id AS place, state, until, days_seen, came_back_on, reason, changes, looked_at FROM relapse_watch
WHERE case_id = %(case)s ORDER BY place_id
