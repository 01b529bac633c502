-- What the job `gaps` reads of frame counters, and what it writes down.

-- name: since
-- From which hour on to count anew: the look-back, or longer where backfill has brought back older frames since.
SELECT date_trunc('hour', least(%(usual)s, greatest(%(farthest)s, coalesce(min(from_at), %(usual)s))), 'UTC')
FROM backfill_request WHERE stored > 0 AND finished_at >= %(finished_since)s

-- name: suspects
-- The counters of every (source, device) that may lack frames: those heard in the span, with the last frame before it.
-- Most devices lack none, which is seen here already. Every frame that came counts, whatever became of it.
WITH heard AS MATERIALIZED (
    SELECT source_id, device_id, received_at, f_cnt FROM uplink
    WHERE received_at >= %(since)s AND received_at < %(now)s AND f_cnt IS NOT NULL AND device_id IS NOT NULL
), device AS (
    SELECT source_id, device_id, min(f_cnt) AS low, max(f_cnt) AS high, count(DISTINCT f_cnt) AS frames
    FROM heard GROUP BY source_id, device_id
), suspect AS (
    SELECT d.source_id, d.device_id, before.received_at, before.f_cnt
    FROM device d LEFT JOIN LATERAL (
        SELECT u.received_at, u.f_cnt FROM uplink u
        WHERE u.device_id = d.device_id AND u.source_id = d.source_id AND u.f_cnt IS NOT NULL
          AND u.received_at < %(since)s AND u.received_at >= %(since)s - interval '30 days'
        ORDER BY u.received_at DESC LIMIT 1
    ) before ON true
    WHERE greatest(d.high, before.f_cnt) - least(d.low, before.f_cnt) + 1
          > d.frames + CASE WHEN before.f_cnt NOT BETWEEN d.low AND d.high THEN 1 ELSE 0 END
), frame AS (
    SELECT source_id, device_id, received_at, f_cnt FROM suspect WHERE f_cnt IS NOT NULL
    UNION ALL
    SELECT h.source_id, h.device_id, h.received_at, h.f_cnt FROM heard h JOIN suspect USING (source_id, device_id)
)
SELECT source_id, device_id, array_agg(received_at ORDER BY received_at, f_cnt),
       array_agg(f_cnt ORDER BY received_at, f_cnt)
FROM frame GROUP BY source_id, device_id
ORDER BY source_id, device_id

-- name: heard
SELECT source_id, count(DISTINCT device_id) FROM uplink
WHERE received_at >= %(since)s AND received_at < %(now)s AND f_cnt IS NOT NULL AND device_id IS NOT NULL
GROUP BY source_id

-- name: forget
DELETE FROM loss_estimate WHERE kind = 'f_cnt_gap' AND hour >= %s

-- name: estimate
INSERT INTO loss_estimate (source_id, hour, slot, kind, count)
SELECT u.source_id, u.hour, 100, 'f_cnt_gap', u.count
FROM unnest(%s::smallint[], %s::timestamptz[], %s::bigint[]) AS u (source_id, hour, count)

-- name: not_asked
-- Of these gaps, those that no request has ever covered, on sources that can be asked. By position.
SELECT u.n FROM unnest(%(sources)s::smallint[], %(devices)s::text[], %(froms)s::timestamptz[], %(tos)s::timestamptz[])
    WITH ORDINALITY AS u (source_id, device, from_at, to_at, n)
WHERE EXISTS (SELECT FROM backfill_origin o WHERE o.source_id = u.source_id)
  AND NOT EXISTS (
    SELECT FROM backfill_request r
    WHERE r.source_id = u.source_id AND r.to_at >= u.to_at AND r.from_at <= u.from_at
      AND ((r.device IS NULL AND r.device_id IS NULL) OR r.device_id = u.device))

-- name: ask_device
INSERT INTO backfill_request (source_id, device_id, from_at, to_at, cause, next_at)
VALUES (%(source)s, %(device)s, %(from_at)s, %(to_at)s, 'f_cnt_gap', %(now)s)

-- name: ask_all
INSERT INTO backfill_request (source_id, application, from_at, to_at, cause, next_at)
SELECT source_id, application, %(from_at)s, %(to_at)s, 'f_cnt_gap', %(now)s
FROM backfill_origin WHERE source_id = %(source)s
