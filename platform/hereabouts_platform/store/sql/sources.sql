-- Sources: what became of every message; and what could not become a reading.

-- name: sources
SELECT s.name, s.envelope, s.topic_filter, s.enabled,
       coalesce(sum(c.received), 0)::int8 AS received, coalesce(sum(c.stored), 0)::int8 AS stored,
       coalesce(sum(c.duplicate), 0)::int8 AS duplicate, coalesce(sum(c.quarantined), 0)::int8 AS quarantined,
       coalesce(sum(c.ignored), 0)::int8 AS ignored, coalesce(sum(c.values_stored), 0)::int8 AS values_stored,
       coalesce(sum(c.values_refused), 0)::int8 AS values_refused
FROM source s LEFT JOIN ingest_total c ON c.source_id = s.id
GROUP BY s.id
ORDER BY s.id

-- name: quarantine
-- What waits still, newest first: replay moves deliveries out of a row. The page ends at `most` rows, or with the row
-- whose payload takes it to `most_bytes`; `more` says of a row that others stand behind it. Lengths are known without reading the payloads, so only those of the page are read.
-- `home`: where the device was when the message came, if that is a home. `elsewhere`: whether it is known to have been
-- at another place: of a device that is not registered yet, or was at no place then, nobody can say so.
WITH candidate AS (
    SELECT q.id, octet_length(q.payload) AS size
    FROM quarantine q JOIN source s ON s.id = q.source_id
    WHERE q.deliveries > q.replayed
      AND (%(reason)s::text IS NULL OR q.reason = %(reason)s)
      AND (%(kind)s::text IS NULL OR q.kind = %(kind)s)
      AND (%(source)s::text IS NULL OR s.name = %(source)s)
      AND (%(device)s::text IS NULL OR q.device_id = %(device)s)
      AND (%(before)s::int8 IS NULL OR q.id < %(before)s)
    ORDER BY q.id DESC
    LIMIT %(most)s::int8 + 1
), page AS (
    SELECT id, lead(id) OVER newest IS NOT NULL AS more, row_number() OVER newest AS number,
           sum(size) OVER newest - size AS bytes_before
    FROM candidate
    WINDOW newest AS (ORDER BY id DESC ROWS UNBOUNDED PRECEDING)
)
SELECT q.id, q.kind, s.name AS source, q.topic, q.device_id AS device, q.reason, q.detail, q.field, q.raw, q.quantity,
       q.channel, q.time, q.received_at, q.last_at, q.deliveries - q.replayed AS deliveries, q.payload, page.more,
       CASE WHEN p.kind = 'home' THEN p.id WHEN up.kind = 'home' THEN up.id END AS home,
       p.id IS NOT NULL AND p.kind <> 'home' AND coalesce(up.kind, '') NOT IN ('home', 'room') AS elsewhere
FROM page
JOIN quarantine q ON q.id = page.id
JOIN source s ON s.id = q.source_id
LEFT JOIN deployment d ON d.device_id = q.device_id AND d.from_at <= q.received_at
                      AND (d.to_at IS NULL OR q.received_at < d.to_at)
LEFT JOIN place p ON p.id = d.place_id
LEFT JOIN place up ON up.id = p.parent_id
WHERE page.number <= %(most)s AND page.bytes_before < %(most_bytes)s
ORDER BY q.id DESC

-- name: each_source
SELECT name, envelope, topic_filter, enabled, mapping FROM source ORDER BY id

-- name: add_source
INSERT INTO source (name, topic_filter, envelope, mapping) VALUES (%s, %s, %s, %s) ON CONFLICT (name) DO NOTHING

-- name: change_source
UPDATE source SET topic_filter = %s, envelope = %s, mapping = %s, enabled = %s WHERE name = %s
