-- What happened at a place: days of readings, alerts, deployments, device events, as one list.

-- name: timeline
-- Newest first, behind a cursor. `key` tells apart what happened at the same instant.
WITH part AS (
    SELECT id FROM place WHERE id = %(place)s OR (parent_id = %(place)s AND kind IN ('room', 'bin_slot'))
), stay AS (
    SELECT d.* FROM deployment d JOIN part ON part.id = d.place_id
), stream AS (
    SELECT s.id, s.quantity, s.channel, s.unit, y.place_id, y.device_id
    FROM datastream s JOIN stay y ON y.id = s.deployment_id
), warning AS (
    SELECT a.id, a.hazard, a.level, a.reason, a.opened_at, a.cleared_at, coalesce(a.place_id, y.place_id) AS place_id,
           y.device_id
    FROM alert a
    LEFT JOIN stay y ON a.subject_kind = 'device' AND y.device_id = a.subject_id AND y.from_at <= a.opened_at
                    AND (y.to_at IS NULL OR a.opened_at < y.to_at)
    WHERE a.place_id IN (SELECT id FROM part) OR y.id IS NOT NULL
), entry AS (
    SELECT r.day::timestamp AT TIME ZONE 'Europe/London' AS at, 'day' AS what, lpad(s.id::text, 10, '0') AS key,
           s.place_id AS place, s.device_id AS device,
           jsonb_build_object('quantity', s.quantity, 'channel', s.channel, 'unit', s.unit, 'datastream', s.id,
                              'count', r.count, 'mean', r.mean, 'min', r.min, 'max', r.max, 'total', r.total) AS detail
    FROM days_of((SELECT array_agg(id) FROM stream),
                 (greatest(%(from)s::timestamptz, '0001-02-01') AT TIME ZONE 'Europe/London')::date,
                 (least(%(to)s::timestamptz, '9999-01-01') AT TIME ZONE 'Europe/London')::date + 1) r
    JOIN stream s ON s.id = r.datastream_id
    UNION ALL
    SELECT w.opened_at, 'alert_opened', lpad(w.id::text, 20, '0'), w.place_id, w.device_id,
           jsonb_build_object('alert', w.id, 'hazard', w.hazard, 'level', w.level, 'reason', w.reason)
    FROM warning w
    UNION ALL
    SELECT w.cleared_at, 'alert_cleared', lpad(w.id::text, 20, '0'), w.place_id, w.device_id,
           jsonb_build_object('alert', w.id, 'hazard', w.hazard, 'level', w.level)
    FROM warning w WHERE w.cleared_at IS NOT NULL
    UNION ALL
    SELECT y.from_at, 'deployed', lpad(y.id::text, 10, '0'), y.place_id, y.device_id,
           jsonb_build_object('deployment', y.id, 'mount', y.mount)
    FROM stay y
    UNION ALL
    SELECT y.to_at, 'removed', lpad(y.id::text, 10, '0'), y.place_id, y.device_id,
           jsonb_build_object('deployment', y.id)
    FROM stay y WHERE y.to_at IS NOT NULL
    UNION ALL
    SELECT e.time, 'event', e.device_id || ' ' || e.code, y.place_id, e.device_id,
           jsonb_build_object('code', e.code, 'detail', e.detail)
    FROM events_of((SELECT array_agg(device_id) FROM stay), %(from)s::timestamptz, %(to)s::timestamptz) e
    JOIN stay y ON y.device_id = e.device_id AND y.from_at <= e.time AND (y.to_at IS NULL OR e.time < y.to_at)
)
SELECT at, what, key, place, device, detail FROM entry
WHERE at >= %(from)s::timestamptz AND at < %(to)s::timestamptz
  AND (%(what)s::text IS NULL OR at < %(before)s::timestamptz OR (at = %(before)s AND (what, key) > (%(what)s, %(key)s::text)))
ORDER BY at DESC, what, key
LIMIT %(most)s
