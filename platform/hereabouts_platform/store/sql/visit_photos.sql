-- Photos that crews take at their visits.

-- name: known
SELECT id, visit_id AS visit, sha256 FROM visit_photo
WHERE principal_id = current_principal() AND client_id = %(client_id)s

-- name: count
SELECT count(*) FROM visit_photo WHERE visit_id = %(visit)s

-- name: add
INSERT INTO visit_photo (visit_id, client_id, media_type, sha256, content, at)
VALUES (%(visit)s, %(client_id)s, %(media_type)s, %(sha256)s, %(content)s, %(at)s)
ON CONFLICT (principal_id, client_id) DO NOTHING
RETURNING id

-- name: of_visit
-- In the order in which they were taken.
SELECT p.id, p.client_id, p.media_type, octet_length(p.content) AS bytes, encode(p.sha256, 'hex') AS sha256, p.at,
       p.recorded_at, b.name AS by
FROM visit_photo p JOIN principal b ON b.id = p.principal_id
WHERE p.visit_id = %(visit)s ORDER BY p.at, p.id

-- name: one
SELECT media_type, content FROM visit_photo WHERE visit_id = %(visit)s AND id = %(photo)s
