-- What the pages of cases ask beside the lists. Row security leaves out what the principal may not see.

-- name: next_clocks
-- The clock that is due first of those that run; one kept for a second reading of the law does not count.
SELECT DISTINCT ON (case_id) case_id, says ->> 'title' AS title, due_at, (says ->> 'due_on')::date AS due_on,
       rules_sha256, says ->> 'nation' AS nation
FROM case_clock
WHERE case_id = ANY (%(cases)s) AND superseded_at IS NULL AND state = 'running' AND due_at IS NOT NULL
  AND NOT coalesce((says ->> 'second_reading')::boolean, false)
ORDER BY case_id, due_at, id

-- name: alerts_without_case
SELECT * FROM (
    SELECT a.id, a.place_id AS place, a.hazard, a.level, a.reason, a.opened_at,
           CASE WHEN p.kind = 'home' THEN p.id ELSE up.id END AS home,
           CASE WHEN p.kind = 'home' THEN p.name ELSE up.name END AS home_name,
           CASE WHEN p.kind = 'room' THEN p.name END AS room,
           CASE a.level WHEN 'urgent' THEN 1 WHEN 'act' THEN 2 ELSE 3 END AS turn
    FROM alert a JOIN place p ON p.id = a.place_id LEFT JOIN place up ON up.id = p.parent_id
    WHERE a.cleared_at IS NULL AND a.subject_kind = 'place'
      AND (p.kind = 'home' OR p.kind = 'room' AND up.kind = 'home')
      AND NOT EXISTS (SELECT FROM case_record c
                      WHERE c.place_id = CASE WHEN p.kind = 'home' THEN p.id ELSE up.id END
                        AND c.hazard = a.hazard AND c.state <> 'closed')
) o
WHERE %(turn)s::int IS NULL OR (o.turn, o.id) > (%(turn)s, %(id)s)
ORDER BY o.turn, o.id
LIMIT %(most)s

-- name: count_without_case
SELECT count(*) FROM alert a JOIN place p ON p.id = a.place_id LEFT JOIN place up ON up.id = p.parent_id
WHERE a.cleared_at IS NULL AND a.subject_kind = 'place'
  AND (p.kind = 'home' OR p.kind = 'room' AND up.kind = 'home')
  AND NOT EXISTS (SELECT FROM case_record c
                  WHERE c.place_id = CASE WHEN p.kind = 'home' THEN p.id ELSE up.id END
                    AND c.hazard = a.hazard AND c.state <> 'closed')

-- name: patches
SELECT t.code, t.name FROM patch t
WHERE EXISTS (SELECT FROM case_record c WHERE c.patch = t.code) ORDER BY t.name, t.code

-- name: areas_of_cases
-- Each ward once, by its newest edition: that is the one which a bare code asks for.
SELECT w.code, w.name FROM (
    SELECT DISTINCT ON (a.code) a.code, a.name FROM case_record c
    JOIN place_area m ON m.place_id = c.place_id
    JOIN area a ON a.code = m.code AND a.vintage = m.vintage
    WHERE a.kind = 'ward' ORDER BY a.code, a.vintage DESC
) w ORDER BY w.name, w.code

-- name: cases_of_home
SELECT c.id, c.hazard, c.state, c.level, c.outcome, c.opened_at, c.closed_at, p.name AS assignee, c.next_due
FROM case_record c LEFT JOIN principal p ON p.id = c.assignee_id
WHERE c.place_id = %(home)s ORDER BY c.state = 'closed', c.opened_at DESC, c.id DESC
