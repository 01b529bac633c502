-- Runs of jobs, and the locks that keep them single.

-- name: try_lead
-- Held by the connection itself: it goes when the connection goes.
SELECT pg_try_advisory_lock(%s, 0)

-- name: lock_job
SELECT pg_advisory_lock(%s, hashtext(%s))

-- name: unlock_job
SELECT pg_advisory_unlock(%s, hashtext(%s))

-- name: give_up_running
-- Under the job's lock no other run of it lives, so what still says it runs was cut off.
UPDATE job_run SET state = 'failed', finished_at = clock_timestamp(), detail = %(detail)s
WHERE job = %(job)s AND state = 'running'

-- name: begin
-- Takes the window, or takes it again after a failure; no row when it is done.
INSERT INTO job_run AS r (job, window_at, by_hand, state) VALUES (%(job)s, %(window_at)s, %(by_hand)s, 'running')
ON CONFLICT (job, window_at) WHERE NOT by_hand DO UPDATE
SET state = 'running', started_at = clock_timestamp(), finished_at = NULL, detail = '{}',
    principal_id = current_principal()
WHERE r.state <> 'done'
RETURNING id

-- name: finish
UPDATE job_run SET state = %(state)s, finished_at = clock_timestamp(), detail = %(detail)s WHERE id = %(id)s
RETURNING window_at, state, started_at, finished_at, by_hand

-- name: windows_done
SELECT window_at FROM job_run WHERE job = %(job)s AND NOT by_hand AND state = 'done' AND window_at >= %(since)s

-- name: first_window
SELECT min(window_at) FROM job_run WHERE job = %s AND NOT by_hand

-- name: last_runs
SELECT n.name, r.window_at, r.state, r.started_at, r.finished_at, r.detail, r.by_hand
FROM unnest(%s::text[]) AS n (name)
JOIN LATERAL (SELECT * FROM job_run WHERE job = n.name ORDER BY window_at DESC, id DESC LIMIT 1) r ON true

-- name: newest_runs
-- Of each job the newest few, newest first.
SELECT n.name, r.window_at, r.state, r.started_at, r.finished_at, r.detail, r.by_hand
FROM unnest(%(jobs)s::text[]) AS n (name)
JOIN LATERAL (
    SELECT * FROM job_run WHERE job = n.name ORDER BY window_at DESC, id DESC LIMIT %(most)s
) r ON true
ORDER BY n.name, r.window_at DESC, r.id DESC

-- name: runs_of
-- Of one job, newest first, from below a run.
SELECT id, window_at, state, started_at, finished_at, detail, by_hand FROM job_run
WHERE job = %(job)s
  AND (%(before_at)s::timestamptz IS NULL OR (window_at, id) < (%(before_at)s, %(before_id)s))
ORDER BY window_at DESC, id DESC LIMIT %(most)s

-- name: histories
-- Of each job: the first run known of any of them, its last window done, and its last failure since.
SELECT n.name,
       (SELECT min(first.at) FROM unnest(%(jobs)s::text[]) AS m (name),
            LATERAL (SELECT min(window_at) AS at FROM job_run WHERE job = m.name) first),
       done.window_at, failed.window_at, failed.error
FROM unnest(%(jobs)s::text[]) AS n (name)
LEFT JOIN LATERAL (
    SELECT window_at FROM job_run WHERE job = n.name AND state = 'done' ORDER BY window_at DESC LIMIT 1
) done ON true
LEFT JOIN LATERAL (
    SELECT window_at, detail ->> 'error' AS error FROM job_run
    WHERE job = n.name AND state = 'failed' AND (done.window_at IS NULL OR window_at > done.window_at)
    ORDER BY window_at DESC LIMIT 1
) failed ON true
