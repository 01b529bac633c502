-- What crews report, and what is asked for.

-- name: visit
SELECT place_id, of_home, day FROM visit WHERE id = %(visit)s

-- name: add
INSERT INTO visit_outcome (visit_id, place_id, kind, at, client_id, lon, lat, note, photo)
VALUES (%(visit)s, %(place)s, %(kind)s, %(at)s, %(client_id)s, %(lon)s, %(lat)s, %(note)s, %(photo)s)
ON CONFLICT (principal_id, client_id) DO NOTHING
RETURNING id

-- name: known
SELECT id, visit_id AS visit, kind, at, lon, lat, note, photo FROM visit_outcome
WHERE principal_id = current_principal() AND client_id = %(client_id)s

-- name: known_at
SELECT at FROM visit_outcome WHERE principal_id = current_principal() AND client_id = %(client_id)s

-- name: bin
SELECT id FROM place WHERE id = %(place)s AND kind IN ('bin_slot', 'bin_site')

-- name: add_request
INSERT INTO visit_request (place_id, kind, says, day, at, client_id)
VALUES (%(place)s, %(kind)s, %(says)s, %(day)s, %(at)s, %(client_id)s)
ON CONFLICT (principal_id, client_id) DO NOTHING
RETURNING id

-- name: known_request
SELECT id, place_id AS place, kind, says, day FROM visit_request
WHERE principal_id = current_principal() AND client_id = %(client_id)s

-- name: open_requests
-- Those not withdrawn that no crew has answered yet, at the bin or at its site, by having been there.
SELECT r.id, r.place_id AS place, r.kind, r.says, r.day, r.at FROM visit_request r
WHERE NOT EXISTS (
    SELECT FROM visit_outcome o JOIN place p ON p.id = o.place_id
    WHERE (o.place_id = r.place_id OR p.parent_id = r.place_id) AND o.at >= r.at
      AND o.kind IN ('emptied', 'not_full', 'missing'))
  AND NOT EXISTS (SELECT FROM visit_request_withdrawn w WHERE w.request_id = r.id)
ORDER BY r.at, r.id

-- name: recorded_since
-- What was reported of bins, as it was recorded, for the forecast to learn from.
SELECT o.id, o.place_id AS place, o.kind, o.at, o.recorded_at FROM visit_outcome o
WHERE o.recorded_at >= %(since)s ORDER BY o.recorded_at, o.id
