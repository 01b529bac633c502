-- Plans of a day: kept as drafts, published in one transaction, with rounds and visits as rows.

-- name: take_turn
-- One at a time for a depot's day; the turn ends with the transaction.
SELECT pg_advisory_xact_lock(hashtext('hereabouts plan'), hashtext(%(day)s || ' ' || %(depot)s))

-- name: next_version
SELECT coalesce(max(version), 0) + 1 FROM round_plan WHERE day = %(day)s AND depot = %(depot)s

-- name: add
INSERT INTO round_plan (day, depot, version, state, made_at, roads, attribution, matrix_sha256, of_homes, says,
                        troubles, no_map, published, ways, checked)
VALUES (%(day)s, %(depot)s, %(version)s, 'draft', %(made_at)s, %(roads)s, %(attribution)s, %(matrix_sha256)s,
        %(of_homes)s, %(says)s, %(troubles)s, %(no_map)s, %(published)s, %(ways)s, %(checked)s)
RETURNING id

-- name: whole
SELECT day, depot, version, state, published_plan(id) AS published, ways, checked FROM round_plan WHERE id = %(plan)s

-- name: newest_published
SELECT version FROM round_plan WHERE day = %(day)s AND depot = %(depot)s AND state = 'published'

-- name: supersede
UPDATE round_plan SET state = 'superseded' WHERE day = %(day)s AND depot = %(depot)s AND state = 'published'

-- name: publish
UPDATE round_plan SET state = 'published', published_at = now(), published_by = current_principal() WHERE id = %(plan)s

-- name: elsewhere
-- Visits of the day that another depot's published plan has.
SELECT v.key, p.depot FROM visit v JOIN round_plan p ON p.id = v.plan_id
WHERE v.day = %(day)s AND v.key = ANY (%(keys)s) AND p.depot <> %(depot)s AND p.state = 'published'
ORDER BY v.key LIMIT 1

-- name: add_round
INSERT INTO round (plan_id, day, depot, vehicle_id, vehicle_name, crew_id, starts_at, ends_at, drive_m, drive_s, visits,
                   of_homes, stops, geometry, changed)
VALUES (%(plan)s, %(day)s, %(depot)s, %(vehicle)s, %(vehicle_name)s, %(crew)s, %(starts_at)s, %(ends_at)s, %(drive_m)s,
        %(drive_s)s, %(visits)s, %(of_homes)s, %(stops)s, %(geometry)s, %(changed)s)
RETURNING id

-- name: save_visit
INSERT INTO visit AS v (day, key, plan_id, round_id, position, place_id, of_home, name, lon, lat, must, prize_p,
                        service_s, reason, says, stream, litres, kg, begins_at, left_says, overflow_p50_at,
                        overflow_p90_at, crews)
VALUES (%(day)s, %(key)s, %(plan)s, %(round)s, %(position)s, %(place)s, %(of_home)s, %(name)s, %(lon)s, %(lat)s,
        %(must)s, %(prize_p)s, %(service_s)s, %(reason)s, %(says)s, %(stream)s, %(litres)s, %(kg)s, %(begins_at)s,
        %(left_says)s, %(overflow_p50_at)s, %(overflow_p90_at)s, %(crews)s)
ON CONFLICT (day, key) DO UPDATE
SET plan_id = excluded.plan_id, round_id = excluded.round_id, position = excluded.position,
    place_id = excluded.place_id, of_home = excluded.of_home, name = excluded.name, lon = excluded.lon,
    lat = excluded.lat, must = excluded.must, prize_p = excluded.prize_p, service_s = excluded.service_s,
    reason = excluded.reason, says = excluded.says, stream = excluded.stream, litres = excluded.litres,
    kg = excluded.kg, begins_at = excluded.begins_at, left_says = excluded.left_says,
    overflow_p50_at = excluded.overflow_p50_at, overflow_p90_at = excluded.overflow_p90_at,
    crews = ARRAY(SELECT DISTINCT c FROM unnest(v.crews || excluded.crews) c ORDER BY c)

-- name: hand_over
-- A vehicle's round that stands is another crew's now; that crew may see and report on its visits.
WITH given AS (
    UPDATE round r SET crew_id = %(crew)s FROM round_plan p
    WHERE p.id = r.plan_id AND p.state = 'published' AND r.day = %(day)s AND r.vehicle_id = %(vehicle)s
      AND r.crew_id IS DISTINCT FROM %(crew)s
    RETURNING r.id)
UPDATE visit v SET crews = ARRAY(SELECT DISTINCT c FROM unnest(v.crews || %(crew)s::text) c ORDER BY c)
FROM given WHERE v.round_id = given.id

-- name: rounds_before
-- What the crews know of their rounds by the plan that stands: the visits in turn, and whether they did not take it yet.
SELECT r.vehicle_id, ARRAY(SELECT stop ->> 'visit' FROM jsonb_array_elements(r.stops) WITH ORDINALITY s (stop, n)
                           WHERE stop ->> 'visit' IS NOT NULL ORDER BY n),
       r.changed AND NOT EXISTS (SELECT FROM round_acceptance a WHERE a.round_id = r.id)
FROM round r JOIN round_plan p ON p.id = r.plan_id
WHERE p.day = %(day)s AND p.depot = %(depot)s AND p.state = 'published'
