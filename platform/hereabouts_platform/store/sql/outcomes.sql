-- What crews report.

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

-- name: recorded_since
-- What was reported of bins, as it was recorded, for the forecast to learn from.
SELECT o.id, o.place_id AS place, o.kind, o.at, o.recorded_at FROM visit_outcome o
WHERE o.recorded_at >= %(since)s ORDER BY o.recorded_at, o.id
