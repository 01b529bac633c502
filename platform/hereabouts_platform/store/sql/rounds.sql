-- Rounds, visits and plans as people read them. Row security decides which.

-- name: rounds
-- The latest day first. `done`: visits of it that somebody has reported on.
SELECT r.id, r.day, r.depot, p.id AS plan, p.version, p.state, p.made_at, p.roads, p.no_map, p.attribution,
       r.vehicle_id AS vehicle, r.vehicle_name, r.crew_id AS crew, r.starts_at, r.ends_at, r.drive_m, r.drive_s,
       r.visits, r.changed, a.at AS accepted_at, ab.name AS accepted_by,
       (SELECT count(*) FROM visit v WHERE v.round_id = r.id
        AND EXISTS (SELECT FROM visit_outcome o WHERE o.visit_id = v.id)) AS done
FROM round r JOIN round_plan p ON p.id = r.plan_id
LEFT JOIN round_acceptance a ON a.round_id = r.id LEFT JOIN principal ab ON ab.id = a.principal_id
WHERE (%(id)s::bigint IS NULL OR r.id = %(id)s)
  AND (%(day)s::date IS NULL OR r.day = %(day)s)
  AND (%(depot)s::text IS NULL OR r.depot = %(depot)s)
  AND (%(vehicle)s::text IS NULL OR r.vehicle_id = %(vehicle)s)
  AND (%(crew)s::text IS NULL OR r.crew_id = %(crew)s)
  AND (%(state)s::text IS NULL OR p.state = %(state)s)
  AND (%(before_day)s::date IS NULL OR (r.day, r.id) < (%(before_day)s, %(before_id)s))
ORDER BY r.day DESC, r.id DESC
LIMIT %(most)s

-- name: stops
SELECT r.stops, r.geometry FROM round r WHERE r.id = %(round)s

-- name: reported
-- Of these visits of a day: their numbers, and the report that counts: the one of the latest event.
SELECT v.key, v.id, CASE WHEN v.of_home THEN v.place_id END AS home, o.kind, o.at, o.note, o.photo,
       ARRAY(SELECT p.id FROM visit_photo p WHERE p.visit_id = v.id ORDER BY p.at, p.id) AS photos
FROM visit v LEFT JOIN LATERAL (
    SELECT kind, at, note, photo FROM visit_outcome WHERE visit_id = v.id
    ORDER BY at DESC, id DESC LIMIT 1) o ON true
WHERE v.day = %(day)s AND v.key = ANY (%(keys)s)

-- name: visits
SELECT v.id, v.day, v.key, p.depot, p.id AS plan, p.state = 'published' AS in_plan, v.round_id AS round, v.position,
       v.place_id AS place, v.name, v.lon, v.lat, v.must, v.prize_p, v.service_s, v.reason, v.says, v.stream, v.litres,
       v.kg, v.begins_at, v.left_says, v.overflow_p50_at, v.overflow_p90_at,
       CASE WHEN v.of_home THEN v.place_id END AS home, o.kind AS outcome, o.at AS outcome_at
FROM visit v JOIN round_plan p ON p.id = v.plan_id
LEFT JOIN LATERAL (SELECT kind, at FROM visit_outcome WHERE visit_id = v.id ORDER BY at DESC, id DESC LIMIT 1) o ON true
WHERE (%(id)s::bigint IS NULL OR v.id = %(id)s)
  AND (%(day)s::date IS NULL OR v.day = %(day)s)
  AND (%(depot)s::text IS NULL OR p.depot = %(depot)s)
  AND (%(round)s::bigint IS NULL OR v.round_id = %(round)s)
  AND (%(place)s::text IS NULL OR v.place_id = %(place)s)
  AND (%(left)s::boolean IS NULL OR (v.round_id IS NULL) = %(left)s)
  AND (%(reported)s::boolean IS NULL OR (o.kind IS NOT NULL) = %(reported)s)
  AND (%(before_day)s::date IS NULL OR (v.day, v.id) < (%(before_day)s, %(before_id)s))
ORDER BY v.day DESC, v.id DESC
LIMIT %(most)s

-- name: outcomes
SELECT o.id, o.client_id, o.visit_id AS visit, o.kind, o.at, o.recorded_at, o.lon, o.lat, o.note, o.photo, b.name AS by
FROM visit_outcome o JOIN principal b ON b.id = o.principal_id
WHERE o.visit_id = %(visit)s ORDER BY o.at, o.id

-- name: plans
SELECT p.id, p.day, p.depot, p.version, p.state, p.made_at, m.name AS made_by, p.published_at, b.name AS published_by,
       p.discarded_at, d.name AS discarded_by, c.stood AS made_of, coalesce(c.reasons, '[]') AS reasons,
       p.roads, p.no_map, p.attribution, p.matrix_sha256, p.says, plan_troubles(p.id) AS troubles
FROM round_plan p JOIN principal m ON m.id = p.made_by LEFT JOIN principal b ON b.id = p.published_by
LEFT JOIN principal d ON d.id = p.discarded_by LEFT JOIN plan_change c ON c.plan_id = p.id
WHERE (%(day)s::date IS NULL OR p.day = %(day)s)
  AND (%(depot)s::text IS NULL OR p.depot = %(depot)s)
  AND (%(state)s::text IS NULL OR p.state = %(state)s)
  AND (%(before_day)s::date IS NULL OR (p.day, p.id) < (%(before_day)s, %(before_id)s))
ORDER BY p.day DESC, p.id DESC
LIMIT %(most)s

-- name: published
SELECT published_plan(%(plan)s)

-- name: homes_of_plan
-- The homes that a plan sends anybody to, or leaves, or asks a person to look at.
SELECT DISTINCT coalesce(up.id, p.id)
FROM round_plan r CROSS JOIN LATERAL (SELECT published_plan(r.id)::jsonb AS whole) j
CROSS JOIN LATERAL (
    SELECT v ->> 'place' AS id FROM jsonb_array_elements(j.whole -> 'work' -> 'visits') v
    UNION SELECT t ->> 'about' FROM jsonb_array_elements(coalesce(j.whole -> 'troubles', '[]')) t) named
JOIN place p ON p.id = named.id LEFT JOIN place up ON up.id = p.parent_id AND up.kind = 'home'
WHERE r.id = %(plan)s AND r.of_homes AND (p.kind = 'home' OR up.id IS NOT NULL)
