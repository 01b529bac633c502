-- How the tables fare, from what PostgreSQL counts by itself. Names, numbers and statements without their values.

-- name: counted_since
-- When counting began; what nobody used since then means something only after a while.
SELECT coalesce((SELECT stats_reset FROM pg_stat_database WHERE datname = current_database()), pg_postmaster_start_time())

-- name: bloated
-- Tables of which much is dead: rows, dead rows, last vacuum. Dead rows are what updates and deletions left behind.
SELECT relid::regclass::text, n_live_tup, n_dead_tup, greatest(last_vacuum, last_autovacuum)
FROM pg_stat_user_tables
WHERE n_dead_tup > 10000 AND n_dead_tup > 0.3 * (n_live_tup + n_dead_tup)
ORDER BY n_dead_tup DESC LIMIT 10

-- name: never_analyzed
-- Tables of some size of which the planner knows nothing.
SELECT relid::regclass::text, n_live_tup FROM pg_stat_user_tables
WHERE n_live_tup > 10000 AND last_analyze IS NULL AND last_autoanalyze IS NULL
ORDER BY n_live_tup DESC LIMIT 10

-- name: unused_indexes
-- Large indexes that no query has used, of those that keep nothing unique. The pieces of a divided table count as one.
SELECT coalesce(parent.indexrelid, i.indexrelid)::regclass::text, sum(pg_relation_size(s.indexrelid))::int8
FROM pg_stat_user_indexes s
JOIN pg_index i ON i.indexrelid = s.indexrelid
LEFT JOIN pg_inherits h ON h.inhrelid = i.indexrelid
LEFT JOIN pg_index parent ON parent.indexrelid = h.inhparent
WHERE NOT i.indisunique AND NOT i.indisexclusion
GROUP BY 1 HAVING sum(s.idx_scan) = 0 AND sum(pg_relation_size(s.indexrelid)) > 100 * 1024 * 1024
ORDER BY 2 DESC LIMIT 10

-- name: read_whole
-- Large tables that queries read from end to end again and again: perhaps an index is missing.
SELECT relid::regclass::text, n_live_tup, seq_scan FROM pg_stat_user_tables
WHERE n_live_tup > 100000 AND seq_scan > 1000 AND seq_scan > coalesce(idx_scan, 0)
ORDER BY seq_scan * n_live_tup DESC LIMIT 10

-- name: has_statements
-- Whether pg_stat_statements is there and loaded.
SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements')
       AND current_setting('pg_stat_statements.max', true) IS NOT NULL

-- name: slowest
-- Statements of this database that took longest on average, without their values. Only those that read and write data:
-- of others older servers keep the values too.
SELECT left(regexp_replace(query, '\s+', ' ', 'g'), 100), calls, mean_exec_time
FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND mean_exec_time > 1000 AND query ~* '^\s*(--[^\n]*\n\s*)*(SELECT|INSERT|UPDATE|DELETE|WITH|MERGE)\M'
ORDER BY mean_exec_time DESC LIMIT 5
