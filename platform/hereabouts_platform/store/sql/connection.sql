-- Statements that every connection of a role begins with.

-- name: keep_commits
-- What ingest has committed it acknowledges, and no broker sends it again: a server that is set to promise too early
-- (with synchronous_commit off it loses its last commits when it is killed) is asked to keep its word.
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
