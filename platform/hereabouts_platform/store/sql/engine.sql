-- Statements about the server itself.

-- name: server_version
SHOW server_version

-- name: installed_extensions
SELECT extname::text FROM pg_extension ORDER BY extname

-- name: make_partition
SELECT make_partition(%s::regclass, %s)

-- name: reading_is_partitioned
SELECT relkind = 'p' FROM pg_class WHERE oid = to_regclass('public.reading')
