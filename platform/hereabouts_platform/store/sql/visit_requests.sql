-- Requests for visits, as people make and read them, and their end. Row security decides which.

-- name: bin
SELECT kind FROM place WHERE id = %(place)s AND kind IN ('bin_slot', 'bin_site')

-- name: add_request
INSERT INTO visit_request (place_id, kind, says, day, at, client_id, vehicle_id, after_id)
VALUES (%(place)s, %(kind)s, %(says)s, %(day)s, %(at)s, %(client_id)s, %(vehicle)s, %(after)s)
ON CONFLICT (principal_id, client_id) DO NOTHING
RETURNING id

-- name: known_request
SELECT id, place_id AS place, kind, says, day, vehicle_id AS vehicle, after_id AS after FROM visit_request
WHERE principal_id = current_principal() AND client_id = %(client_id)s

-- name: open_requests
-- Those not withdrawn that no crew has answered yet, at the bin or at its site, by having been there.
SELECT r.id, r.place_id AS place, r.kind, r.says, r.day, r.at, r.vehicle_id AS vehicle, r.after_id AS after
FROM visit_request r
WHERE r.id = ANY (ARRAY(SELECT open_visit_requests()))
ORDER BY r.at, r.id

-- name: requests
-- Oldest first. Of one that was withdrawn it is not asked whether somebody was there as well, and of none where only
-- those withdrawn are wanted. Open ones are found among what is open, not among all that was ever asked.
SELECT r.id, r.place_id AS place, p.name, up.name AS site, r.kind, r.says, r.day, r.at, b.name AS by,
       CASE WHEN w.at IS NOT NULL THEN 'withdrawn' WHEN a.at IS NOT NULL THEN 'answered' ELSE 'open' END AS state,
       r.vehicle_id AS vehicle, r.after_id AS after, a.at AS answered_at, w.at AS withdrawn_at,
       wb.name AS withdrawn_by, w.says AS withdrawn_says
FROM visit_request r JOIN place p ON p.id = r.place_id LEFT JOIN place up ON up.id = p.parent_id
JOIN principal b ON b.id = r.principal_id
LEFT JOIN visit_request_withdrawn w ON w.request_id = r.id LEFT JOIN principal wb ON wb.id = w.principal_id
CROSS JOIN LATERAL (SELECT visit_request_answered(r.id) AS at) a
WHERE (%(id)s::bigint IS NULL OR r.id = %(id)s)
  AND (%(place)s::text IS NULL OR r.place_id = %(place)s OR p.parent_id = %(place)s)
  AND (%(kind)s::text IS NULL OR r.kind = %(kind)s)
  AND (%(day)s::date IS NULL OR r.day = %(day)s)
  AND (%(state)s::text IS NULL
       OR %(state)s = CASE WHEN w.at IS NOT NULL THEN 'withdrawn' WHEN a.at IS NOT NULL THEN 'answered' ELSE 'open' END)
  AND (%(state)s IS DISTINCT FROM 'withdrawn' OR w.at IS NOT NULL)
  AND (%(state)s IS DISTINCT FROM 'open' OR r.id = ANY (ARRAY(SELECT open_visit_requests())))
  AND (%(after_at)s::timestamptz IS NULL OR (r.at, r.id) > (%(after_at)s, %(after_id)s))
ORDER BY r.at, r.id
LIMIT %(most)s

-- name: withdraw
INSERT INTO visit_request_withdrawn (request_id, says, at) VALUES (%(id)s, %(says)s, %(at)s)
ON CONFLICT (request_id) DO NOTHING
RETURNING request_id
