-- Cases and their events. A case's row is locked before its events are read, so that each decision sees the one before.

-- name: policy
SELECT nation, awareness, least FROM case_policy

-- name: landlord
SELECT landlord FROM case_policy

-- name: set_policy
UPDATE case_policy SET nation = %(nation)s, awareness = %(awareness)s, least = %(least)s, landlord = %(landlord)s
WHERE (nation, awareness, least, landlord) <> (%(nation)s, %(awareness)s, %(least)s, %(landlord)s)

-- name: open
-- One that a case of the same home and hazard stands in the way of is not opened, and no row comes back.
INSERT INTO case_record (place_id, hazard, state, opened_at, patch)
SELECT %(home)s, %(hazard)s, 'reported', %(at)s, (SELECT h.patch FROM home_patch h WHERE h.place_id = %(home)s)
ON CONFLICT (place_id, hazard) WHERE state <> 'closed' DO NOTHING
RETURNING id, place_id, hazard, patch

-- name: open_case
SELECT id FROM case_record WHERE place_id = %(home)s AND hazard = %(hazard)s AND state <> 'closed'

-- name: lock
SELECT id, place_id, hazard, patch FROM case_record WHERE id = %(case)s FOR UPDATE

-- name: events
SELECT e.id, e.kind, e.at, p.name, e.detail FROM case_event e JOIN principal p ON p.id = e.principal_id
WHERE e.case_id = %(case)s ORDER BY e.id

-- name: add_event
INSERT INTO case_event (case_id, kind, at, detail) VALUES (%(case)s, %(kind)s, %(at)s, %(detail)s) RETURNING id

-- name: stand
UPDATE case_record
SET state = %(state)s, level = %(level)s, outcome = %(outcome)s, opened_at = %(opened_at)s, closed_at = %(closed_at)s,
    assignee_id = (SELECT p.id FROM principal p WHERE p.name = %(assignee)s), snoozed_until = %(snoozed_until)s,
    to_review = %(to_review)s, next_due = %(next_due)s, last_event = %(last_event)s, updated_at = now()
WHERE id = %(case)s

-- name: home_of
-- The home that a place is, or is a room of.
SELECT CASE WHEN p.kind = 'home' THEN p.id WHEN p.kind = 'room' AND up.kind = 'home' THEN up.id END
FROM place p LEFT JOIN place up ON up.id = p.parent_id WHERE p.id = %(place)s

-- name: tenancy_kind
SELECT tenancy_kind_at(%(home)s, %(at)s)

-- name: officers
-- Who may be given a patch's cases, with how many open ones they have, and the rules of the patch.
SELECT o.name, o.open_cases FROM officers_of(%(patch)s) o ORDER BY o.name

-- name: rules
SELECT p.name, nullif(r.hazard, '') FROM patch_rule r JOIN principal p ON p.id = r.principal_id
WHERE r.patch = %(patch)s ORDER BY p.name

-- name: take_key
-- Waits for the same key of the same principal, if another request is about to use it.
SELECT pg_advisory_xact_lock(hashtextextended('request ' || %(key)s, current_principal()))

-- name: used_key
SELECT request, case_id, event_id FROM request_key WHERE principal_id = current_principal() AND key = %(key)s

-- name: keep_key
INSERT INTO request_key (principal_id, key, request, case_id, event_id)
VALUES (current_principal(), %(key)s, %(request)s, %(case)s, %(event)s)
