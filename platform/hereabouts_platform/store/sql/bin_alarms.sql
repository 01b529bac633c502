-- What bins' sensors and rules raise the alarm about. Role jobs.

-- name: alarms
-- Of bin slots: alerts that stand open, of the slot or its site; what a sensor that is there now told of as an event, or
-- still measures (tilt), with nobody reported to have been there since.
SELECT p.id AS place, 'alert' AS code, a.reason AS says, a.opened_at AS at
FROM alert a JOIN place p ON p.kind = 'bin_slot' AND a.place_id IN (p.id, p.parent_id)
WHERE a.cleared_at IS NULL AND a.level <> 'watch'
UNION ALL
SELECT d.place_id, e.code, NULL, max(e.time)
FROM deployment d JOIN place p ON p.id = d.place_id AND p.kind = 'bin_slot'
JOIN device_event e ON e.device_id = d.device_id AND e.time >= greatest(%(since)s, d.from_at) AND e.time <= %(now)s
WHERE (d.to_at IS NULL OR d.to_at > %(now)s) AND e.code = ANY (%(codes)s)
  AND NOT EXISTS (SELECT FROM visit_outcome o WHERE o.place_id = d.place_id AND o.at >= e.time)
GROUP BY d.place_id, e.code
UNION ALL
SELECT d.place_id, 'tilt', NULL, l.time
FROM deployment d JOIN place p ON p.id = d.place_id AND p.kind = 'bin_slot'
JOIN datastream s ON s.deployment_id = d.id AND s.quantity = 'tilt'
JOIN latest l ON l.datastream_id = s.id AND l.value >= 1 AND l.time >= %(since)s AND l.time <= %(now)s
WHERE (d.to_at IS NULL OR d.to_at > %(now)s)
  AND NOT EXISTS (SELECT FROM visit_outcome o WHERE o.place_id = d.place_id AND o.at >= l.time)
ORDER BY place, at, code
