-- Vehicles that are out of service.

-- name: open
SELECT o.vehicle_id AS vehicle, o.from_at, o.says, b.name AS by
FROM vehicle_outage o JOIN principal b ON b.id = o.principal_id WHERE o.to_at IS NULL ORDER BY o.vehicle_id

-- name: add
INSERT INTO vehicle_outage (vehicle_id, from_at, says) VALUES (%(vehicle)s, %(from_at)s, %(says)s)
ON CONFLICT (vehicle_id) WHERE to_at IS NULL DO NOTHING
RETURNING id

-- name: end
UPDATE vehicle_outage SET to_at = greatest(%(at)s, from_at), ended_by = current_principal()
WHERE vehicle_id = %(vehicle)s AND to_at IS NULL
RETURNING id
