-- What waits in quarantine, grouped for whoever has to mend it.

-- name: groups
-- `id` is the newest row of the group and stands for it; `home` where that device was then, if that is a home.
WITH found AS (
    SELECT q.source_id, q.device_id, q.reason, q.kind, sum(q.deliveries - q.replayed)::int8 AS count,
           min(q.received_at) AS first_at, max(q.last_at) AS last_at, max(q.id) AS id
    FROM quarantine q JOIN source s ON s.id = q.source_id
    WHERE q.deliveries > q.replayed
      AND (%(reason)s::text IS NULL OR q.reason = %(reason)s)
      AND (%(kind)s::text IS NULL OR q.kind = %(kind)s)
      AND (%(source)s::text IS NULL OR s.name = %(source)s)
      AND (%(device)s::text IS NULL OR q.device_id = %(device)s)
    GROUP BY q.source_id, q.device_id, q.reason, q.kind
    HAVING %(last_at)s::timestamptz IS NULL OR (max(q.last_at), max(q.id)) < (%(last_at)s, %(id)s::int8)
    ORDER BY max(q.last_at) DESC, max(q.id) DESC
    LIMIT %(most)s
)
SELECT f.id, s.name AS source, f.device_id AS device, v.profile_id AS profile, f.reason, f.kind, f.count, f.first_at,
       f.last_at, q.detail AS sample, q.topic,
       CASE WHEN p.kind = 'home' THEN p.id WHEN up.kind = 'home' THEN up.id END AS home
FROM found f
JOIN source s ON s.id = f.source_id
JOIN quarantine q ON q.id = f.id
LEFT JOIN device v ON v.id = f.device_id
LEFT JOIN deployment d ON d.device_id = f.device_id AND d.from_at <= q.received_at
                      AND (d.to_at IS NULL OR q.received_at < d.to_at)
LEFT JOIN place p ON p.id = d.place_id
LEFT JOIN place up ON up.id = p.parent_id
ORDER BY f.last_at DESC, f.id DESC

-- name: totals
SELECT coalesce(sum(deliveries - replayed) FILTER (WHERE kind = 'message'), 0)::int8,
       coalesce(sum(deliveries - replayed) FILTER (WHERE kind = 'value'), 0)::int8,
       count(DISTINCT device_id)
FROM quarantine WHERE deliveries > replayed
