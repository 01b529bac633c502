-- The books of sources as the API and the pages show them.

-- name: source_number
SELECT id FROM source WHERE name = %s

-- name: hours
-- One source's hours in order of time: counts as they are now, beside them what the last check found.
WITH counted AS (
    SELECT hour, sum(received)::int8 AS received, sum(stored)::int8 AS stored, sum(duplicate)::int8 AS duplicate,
           sum(quarantined)::int8 AS quarantined, sum(ignored)::int8 AS ignored,
           sum(values_stored)::int8 AS values_stored, sum(values_refused)::int8 AS values_refused
    FROM ingest_count WHERE source_id = %(source)s GROUP BY hour
), reasons AS (
    SELECT hour, outcome, jsonb_object_agg(reason, count ORDER BY reason) AS counts
    FROM (SELECT hour, outcome, reason, sum(count)::int8 AS count
          FROM ingest_reason WHERE source_id = %(source)s GROUP BY hour, outcome, reason) r
    WHERE count <> 0
    GROUP BY hour, outcome
)
SELECT hour AS "from", hour + interval '1 hour' AS "to", coalesce(c.received, 0) AS received,
       coalesce(c.stored, 0) AS stored, coalesce(c.duplicate, 0) AS duplicate,
       coalesce(c.quarantined, 0) AS quarantined, coalesce(c.ignored, 0) AS ignored,
       coalesce(c.values_stored, 0) AS values_stored, coalesce(c.values_refused, 0) AS values_refused,
       coalesce(q.counts, '{}') AS quarantined_by_reason, coalesce(i.counts, '{}') AS ignored_by_reason,
       CASE WHEN a.agrees IS NOT NULL THEN a.door END AS at_door,
       CASE WHEN a.agrees IS NOT NULL THEN a.kept END AS in_raw_batches,
       CASE WHEN a.agrees IS NOT NULL THEN a.door - a.outcomes END AS difference, a.checked_at,
       CASE WHEN NOT a.agrees THEN 'differs'
            WHEN a.hour IS NOT NULL AND a.agrees IS NULL THEN 'not_counted_at_door'
            WHEN a.received = coalesce(c.received, 0)
                 AND a.outcomes = coalesce(c.stored + c.duplicate + c.quarantined + c.ignored, 0) THEN 'agrees'
            WHEN a.hour IS NULL AND hour < p.since THEN 'not_counted_at_door'
            ELSE 'not_checked' END AS state
FROM counted c
FULL JOIN (SELECT * FROM account WHERE source_id = %(source)s) a USING (hour)
LEFT JOIN (SELECT * FROM reasons WHERE outcome = 'quarantined') q USING (hour)
LEFT JOIN (SELECT * FROM reasons WHERE outcome = 'ignored') i USING (hour)
CROSS JOIN account_progress p
WHERE (%(from_at)s::timestamptz IS NULL OR hour >= date_trunc('hour', %(from_at)s::timestamptz))
  AND (%(to_at)s::timestamptz IS NULL OR hour < %(to_at)s)
  AND (%(after)s::timestamptz IS NULL OR hour > %(after)s)
ORDER BY hour
LIMIT %(most)s

-- name: spans
-- Sums of each source over some spans of time; a span without messages has no row.
SELECT s.name, w.span, sum(c.received)::int8 AS received, sum(c.stored)::int8 AS stored,
       sum(c.duplicate)::int8 AS duplicate, sum(c.quarantined)::int8 AS quarantined, sum(c.ignored)::int8 AS ignored,
       sum(c.values_refused)::int8 AS values_refused
FROM unnest(%(spans)s::text[], %(from_at)s::timestamptz[], %(to_at)s::timestamptz[]) AS w (span, from_at, to_at)
JOIN ingest_count c ON c.hour >= w.from_at AND c.hour < w.to_at
JOIN source s ON s.id = c.source_id
GROUP BY s.name, w.span

-- name: checks
-- Each source in the order of their numbers: when it was last looked at, whether all of it agrees, and the open alert.
SELECT s.name, s.enabled, s.envelope, a.checked_at, coalesce(a.differing, 0) AS differing,
       coalesce(a.agreed, 0) AS agreed, alert.reason AS complaint
FROM source s
LEFT JOIN (
    SELECT source_id, max(checked_at) AS checked_at, count(*) FILTER (WHERE NOT agrees) AS differing,
           count(*) FILTER (WHERE agrees) AS agreed
    FROM account GROUP BY source_id
) a ON a.source_id = s.id
LEFT JOIN alert ON alert.subject_kind = 'source' AND alert.subject_id = s.name AND alert.hazard = %(hazard)s
               AND alert.cleared_at IS NULL
ORDER BY s.id
