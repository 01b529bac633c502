-- What monitoring asks. Counts of all workers and restarts, so that every process of the API tells the same.

-- name: messages
-- As they were first decided: a replay moves messages later, and a counter must never fall.
SELECT s.name, sum(c.received)::int8, sum(c.stored)::int8, sum(c.duplicate)::int8, sum(c.quarantined)::int8,
       sum(c.ignored)::int8, sum(c.values_stored)::int8, sum(c.values_refused)::int8
FROM source s JOIN ingest_total c ON c.source_id = s.id
WHERE c.slot >= 0
GROUP BY s.name ORDER BY s.name

-- name: posts
SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(received_at)), 0)::float8
FROM post WHERE outcome IS NULL

-- name: quarantine
SELECT s.name, q.kind, q.reason, count(*) FROM quarantine q JOIN source s ON s.id = q.source_id
GROUP BY s.name, q.kind, q.reason ORDER BY 1, 2, 3

-- name: jobs
SELECT n.name, extract(epoch FROM done.finished_at)::float8, failed.count + coalesce(past.failed, 0)
FROM unnest(%s::text[]) AS n (name)
LEFT JOIN LATERAL (
    SELECT finished_at FROM job_run WHERE job = n.name AND state = 'done' ORDER BY window_at DESC LIMIT 1
) done ON true
CROSS JOIN LATERAL (SELECT count(*) FROM job_run WHERE job = n.name AND state = 'failed') failed
LEFT JOIN job_past past ON past.job = n.name
ORDER BY n.name

-- name: alerts
SELECT subject_kind, hazard, level, count(*) FROM alert WHERE cleared_at IS NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3

-- name: unaccounted
SELECT s.name, sum(greatest(a.door, a.kept, a.received, a.outcomes) - least(a.door, a.kept, a.received, a.outcomes))
           FILTER (WHERE NOT a.agrees)::int8
FROM account a JOIN source s ON s.id = a.source_id GROUP BY s.name ORDER BY s.name

-- name: newest_reading
SELECT extract(epoch FROM newest_reading())::float8
