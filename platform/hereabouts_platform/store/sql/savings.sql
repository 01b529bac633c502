-- What savings are told from. Row security decides which rounds are seen; days that lead to homes are left out of it all.

-- name: run
-- Each published day of a depot with its rounds, vehicles as they stand in the register now; a day without a round has
-- one row without a vehicle. `has_way`: its way on the roads is kept, so there was a map for its vehicle.
SELECT p.day, p.depot, p.roads, p.of_homes, r.id AS round, r.vehicle_name, r.drive_m, r.visits, v.fuel,
       r.geometry IS NOT NULL AS has_way,
       v.fuel_per_100km, extract(epoch FROM r.ends_at - r.starts_at)::float8 AS lasts_s,
       (SELECT count(*) FROM visit s WHERE s.round_id = r.id
        AND EXISTS (SELECT FROM visit_outcome o WHERE o.visit_id = s.id)) AS reported,
       (SELECT count(*) FROM visit s WHERE s.round_id = r.id
        AND EXISTS (SELECT FROM visit_outcome o WHERE o.visit_id = s.id AND o.kind = 'overflowing')) AS overflowing,
       (SELECT count(*) FROM visit s WHERE s.plan_id = p.id AND s.round_id IS NULL AND s.must) AS unmet
FROM round_plan p LEFT JOIN round r ON r.plan_id = p.id LEFT JOIN vehicle v ON v.id = r.vehicle_id
WHERE p.state = 'published' AND p.day BETWEEN %(first)s AND %(last)s
  AND (%(depot)s::text IS NULL OR p.depot = %(depot)s)
ORDER BY p.day, p.depot, r.vehicle_id

-- name: depots
SELECT DISTINCT start_depot FROM vehicle
