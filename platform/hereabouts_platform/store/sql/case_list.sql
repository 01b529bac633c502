-- Cases as officers list them. Row security leaves out what the principal may not see.

-- name: cases
-- In the order asked for, behind a cursor; of one deadline the most urgent comes first. `turn` 1 urgent, 2 act, 3 watch, 4 without an alert that stands.
SELECT c.* FROM (
    SELECT c.id, c.place_id AS home, p.name AS home_name, p.uprn, c.hazard, c.state, c.level, c.outcome, c.opened_at,
           c.closed_at, c.patch, t.name AS patch_name, t.team, a.name AS assignee, c.snoozed_until,
           c.to_review IS NOT NULL AS to_review, c.next_due, c.state <> 'closed' AND c.next_due < %(now)s AS overdue,
           c.updated_at, c.last_event, weighs_in(c.place_id) AS weighs_in,
           coalesce(array_position(ARRAY['urgent', 'act', 'watch'], c.level), 4) AS turn,
           coalesce(c.next_due, '9999-12-31Z') AS due
    FROM case_record c
    JOIN place p ON p.id = c.place_id
    LEFT JOIN patch t ON t.code = c.patch
    LEFT JOIN principal a ON a.id = c.assignee_id
    WHERE (%(id)s::bigint IS NULL OR c.id = %(id)s)
      AND CASE %(view)s::text
          WHEN 'mine' THEN c.assignee_id = current_principal() AND c.state <> 'closed'
                           AND coalesce(c.snoozed_until <= %(now)s, true)
          WHEN 'unassigned' THEN c.assignee_id IS NULL AND c.state <> 'closed'
                                 AND coalesce(c.snoozed_until <= %(now)s, true)
          WHEN 'team' THEN c.state <> 'closed' AND coalesce(c.snoozed_until <= %(now)s, true)
          WHEN 'snoozed' THEN c.state <> 'closed' AND c.snoozed_until > %(now)s
          WHEN 'closed' THEN c.state = 'closed'
          ELSE true END
      AND (%(hazard)s::text IS NULL OR c.hazard = %(hazard)s)
      AND (%(level)s::text IS NULL OR c.level = %(level)s)
      AND (%(state)s::text IS NULL OR c.state = %(state)s)
      AND (%(patch)s::text IS NULL OR c.patch = %(patch)s)
      AND (%(place)s::text IS NULL OR c.place_id = %(place)s)
      AND (%(to_review)s::boolean IS NULL OR (c.to_review IS NOT NULL) = %(to_review)s)
      AND (%(overdue)s::boolean IS NULL
           OR coalesce(c.state <> 'closed' AND c.next_due < %(now)s, false) = %(overdue)s)
      AND (%(code)s::text IS NULL OR EXISTS (
          SELECT FROM place_area m WHERE m.place_id = c.place_id AND m.code = %(code)s AND m.vintage = %(vintage)s))
      AND (%(weighs_in)s::boolean IS NULL OR weighs_in(c.place_id) = %(weighs_in)s)
) c
WHERE CASE
      WHEN %(after_id)s::bigint IS NULL THEN true
      WHEN %(sort)s = 'due' THEN (c.due, c.turn, c.id) > (%(after_at)s::timestamptz, %(after_turn)s::int, %(after_id)s)
      WHEN %(sort)s = 'level' THEN (c.turn, c.due, c.id) > (%(after_turn)s::int, %(after_at)s::timestamptz, %(after_id)s)
      ELSE (c.opened_at, c.id) < (%(after_at)s::timestamptz, %(after_id)s) END
ORDER BY CASE WHEN %(sort)s = 'level' THEN c.turn END,
         CASE WHEN %(sort)s IN ('due', 'level') THEN c.due END,
         CASE WHEN %(sort)s = 'due' THEN c.turn END,
         CASE WHEN %(sort)s = 'opened' THEN c.opened_at END DESC,
         CASE WHEN %(sort)s = 'opened' THEN -c.id ELSE c.id END
LIMIT %(most)s

-- name: counts
-- For the tabs: how many cases each view has.
SELECT count(*) FILTER (WHERE c.awake AND c.assignee_id = current_principal()) AS mine,
       count(*) FILTER (WHERE c.awake AND c.assignee_id IS NULL) AS unassigned,
       count(*) FILTER (WHERE c.awake) AS team,
       count(*) FILTER (WHERE NOT c.awake AND c.state <> 'closed') AS snoozed,
       count(*) FILTER (WHERE c.state = 'closed') AS closed,
       count(*) FILTER (WHERE c.state <> 'closed' AND c.next_due < %(now)s) AS overdue,
       count(*) FILTER (WHERE c.to_review IS NOT NULL) AS to_review
FROM (SELECT *, state <> 'closed' AND coalesce(snoozed_until <= %(now)s, true) AS awake FROM case_record) c

-- name: timeline
-- The events of a case with who recorded them and when.
SELECT e.id, e.kind, e.at, e.recorded_at, p.name AS actor, e.detail
FROM case_event e JOIN principal p ON p.id = e.principal_id
WHERE e.case_id = %(case)s ORDER BY e.id

-- name: alerts
-- The alerts of a case; a cleared one may have gone since, and what it said is in the case's evidence.
SELECT m.alert_id AS id, a.place_id AS place, m.level, m.cleared_at, a.reason, a.opened_at
FROM case_alert m LEFT JOIN alert a ON a.id = m.alert_id
WHERE m.case_id = %(case)s ORDER BY m.alert_id

-- name: evidence
-- What has been copied into a case, without the facts themselves.
SELECT id, event_id AS event, kind, subject, from_at AS "from", to_at AS "to", encode(sha256, 'hex') AS sha256, copied_at
FROM case_evidence WHERE case_id = %(case)s ORDER BY id

-- name: files
SELECT f.id, f.name, f.media_type, octet_length(f.content) AS bytes, encode(f.sha256, 'hex') AS sha256, f.added_at,
       p.name AS added_by
FROM case_file f JOIN principal p ON p.id = f.principal_id WHERE f.case_id = %(case)s ORDER BY f.id

-- name: file
SELECT f.name, f.media_type, f.content, f.sha256 FROM case_file f WHERE f.case_id = %(case)s AND f.id = %(file)s

-- name: add_file
-- The same bytes again are the file that is there.
INSERT INTO case_file (case_id, name, media_type, sha256, content)
VALUES (%(case)s, %(name)s, %(media_type)s, %(sha256)s, %(content)s)
ON CONFLICT (case_id, sha256) DO NOTHING RETURNING id

-- name: same_file
SELECT id FROM case_file WHERE case_id = %(case)s AND sha256 = %(sha256)s

-- name: files_size
SELECT count(*), coalesce(sum(octet_length(content)), 0) FROM case_file WHERE case_id = %(case)s
