-- Planning again in mid-shift: what stands, what was reported, why it was planned again, and who takes the change.

-- name: standing
-- The plans of a day that stand.
SELECT id, depot, version, published_plan(id) AS published FROM round_plan
WHERE day = %(day)s AND state = 'published' AND (%(depot)s::text IS NULL OR depot = %(depot)s) ORDER BY depot

-- name: reports
-- Of each visit of a plan the report that counts, the latest, and when a crew was there, with that crew's vehicle where it
-- can be told: by the first report, as later ones correct it from elsewhere, unless they say that what was left then was
-- taken after all.
SELECT v.key, o.kind, there.at,
       (SELECT r.vehicle_id FROM round r WHERE r.plan_id = v.plan_id AND r.crew_id = ANY (crews_of(there.principal_id))
        ORDER BY r.id LIMIT 1) AS vehicle
FROM visit v JOIN LATERAL (
    SELECT kind FROM visit_outcome WHERE visit_id = v.id ORDER BY at DESC, id DESC LIMIT 1) o ON true
JOIN LATERAL (
    SELECT at, principal_id FROM visit_outcome
    WHERE visit_id = v.id AND (kind <> ALL (%(left_there)s) OR o.kind = ANY (%(left_there)s))
    ORDER BY at, id LIMIT 1) there ON true
WHERE v.plan_id = %(plan)s
ORDER BY there.at, v.key

-- name: reported_keys
SELECT v.key FROM visit v WHERE v.plan_id = %(plan)s AND EXISTS (
    SELECT FROM visit_outcome o
    WHERE o.visit_id = v.id AND (%(since)s::timestamptz IS NULL OR o.recorded_at > %(since)s))
ORDER BY v.key

-- name: add_change
INSERT INTO plan_change (plan_id, stood, reasons) VALUES (%(plan)s, %(stood)s, %(reasons)s)

-- name: last_change
-- The newest draft that was made of this version, whatever became of it.
SELECT p.id, p.state, c.reasons, published_plan(p.id) AS published, b.kind <> 'system' AS refused
FROM plan_change c JOIN round_plan p ON p.id = c.plan_id LEFT JOIN principal b ON b.id = p.discarded_by
WHERE c.stood = %(stood)s ORDER BY p.version DESC LIMIT 1

-- name: changes
SELECT c.plan_id AS plan, c.stood, c.reasons FROM plan_change c WHERE c.plan_id = ANY (%(plans)s)

-- name: older_drafts
-- Drafts of a day that a newer one takes the place of: those that were made because something happened.
SELECT p.id FROM round_plan p JOIN plan_change c ON c.plan_id = p.id
WHERE p.day = %(day)s AND p.depot = %(depot)s AND p.state = 'draft' AND p.id <> %(plan)s ORDER BY p.id

-- name: outlived
SELECT p.id FROM round_plan p JOIN plan_change c ON c.plan_id = p.id JOIN round_plan s ON s.id = c.stood
WHERE p.day = %(day)s AND p.depot = %(depot)s AND p.state = 'draft' AND s.state <> 'published' ORDER BY p.id

-- name: discard
UPDATE round_plan SET state = 'discarded', discarded_at = now(), discarded_by = current_principal()
WHERE id = %(plan)s AND state = 'draft'

-- name: accept
INSERT INTO round_acceptance (round_id) VALUES (%(round)s) ON CONFLICT (round_id) DO NOTHING

-- name: acceptance
SELECT r.changed, p.state, a.at, b.name AS by
FROM round r JOIN round_plan p ON p.id = r.plan_id LEFT JOIN round_acceptance a ON a.round_id = r.id
LEFT JOIN principal b ON b.id = a.principal_id
WHERE r.id = %(round)s

-- name: known_round
-- The last round of a vehicle before this one that its crew took as it was: accepted, or no other than they knew.
SELECT r.id FROM round r JOIN round_plan p ON p.id = r.plan_id
WHERE r.day = %(day)s AND r.depot = %(depot)s AND r.vehicle_id = %(vehicle)s AND p.state = 'superseded'
  AND p.version < %(version)s AND (NOT r.changed OR EXISTS (SELECT FROM round_acceptance a WHERE a.round_id = r.id))
ORDER BY p.version DESC LIMIT 1
