-- Vehicles, crews and baselines.

-- name: vehicle
SELECT id FROM vehicle WHERE id = %(vehicle)s

-- name: vehicles
SELECT id, name, vehicle_class, compartments, skills, duty, start_depot, end_depot, fixed_p, per_km_p, per_hour_p,
       in_service_from, in_service_to, fuel, fuel_per_100km
FROM vehicle ORDER BY id

-- name: save_vehicles
INSERT INTO vehicle (id, name, vehicle_class, compartments, skills, duty, start_depot, end_depot, fixed_p, per_km_p,
                     per_hour_p, in_service_from, in_service_to, fuel, fuel_per_100km)
VALUES (%(id)s, %(name)s, %(vehicle_class)s, %(compartments)s, %(skills)s, %(duty)s, %(start_depot)s, %(end_depot)s,
        %(fixed_p)s, %(per_km_p)s, %(per_hour_p)s, %(in_service_from)s, %(in_service_to)s, %(fuel)s,
        %(fuel_per_100km)s)
ON CONFLICT (id) DO UPDATE
SET name = excluded.name, vehicle_class = excluded.vehicle_class, compartments = excluded.compartments,
    skills = excluded.skills, duty = excluded.duty, start_depot = excluded.start_depot, end_depot = excluded.end_depot,
    fixed_p = excluded.fixed_p, per_km_p = excluded.per_km_p, per_hour_p = excluded.per_hour_p,
    in_service_from = excluded.in_service_from, in_service_to = excluded.in_service_to, fuel = excluded.fuel,
    fuel_per_100km = excluded.fuel_per_100km, updated_at = now(), updated_by = current_principal()

-- name: crews
SELECT id, days, name, vehicle_id AS vehicle, weekdays, date, shift_from, shift_to, skills FROM crew ORDER BY id, days

-- name: save_crews
INSERT INTO crew (id, days, name, vehicle_id, weekdays, date, shift_from, shift_to, skills)
VALUES (%(id)s, %(days)s, %(name)s, %(vehicle)s, %(weekdays)s, %(date)s, %(shift_from)s, %(shift_to)s, %(skills)s)
ON CONFLICT (id, days) DO UPDATE
SET name = excluded.name, vehicle_id = excluded.vehicle_id, shift_from = excluded.shift_from,
    shift_to = excluded.shift_to, skills = excluded.skills, updated_at = now(), updated_by = current_principal()

-- name: forget_crews
DELETE FROM crew WHERE id = %(id)s AND days = %(days)s

-- name: baselines
SELECT round, days, weekdays, date, km, hours, litres, visits, method, source, depot, fuel
FROM baseline ORDER BY round, days

-- name: save_baselines
INSERT INTO baseline (round, days, weekdays, date, km, hours, litres, visits, method, source, depot, fuel)
VALUES (%(round)s, %(days)s, %(weekdays)s, %(date)s, %(km)s, %(hours)s, %(litres)s, %(visits)s, %(method)s, %(source)s,
        %(depot)s, %(fuel)s)
ON CONFLICT (round, days) DO UPDATE
SET km = excluded.km, hours = excluded.hours, litres = excluded.litres, visits = excluded.visits,
    method = excluded.method, source = excluded.source, depot = excluded.depot, fuel = excluded.fuel,
    updated_at = now(), updated_by = current_principal()
