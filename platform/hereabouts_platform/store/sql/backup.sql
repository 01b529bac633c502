-- Statements of backup and restore. Which tables there are is asked of the catalogue, so that none can be forgotten.

-- name: freeze
-- From here on the transaction sees the database as it is now.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY

-- name: tables
-- Our tables with their columns, partitions and hypertables as one; without what extensions brought, the record of
-- migrations (restore migrates first), and transaction numbers, which mean nothing on another server: a restored
-- batch gets that of its restore, so that consumers of changes read all of it once more.
SELECT n.nspname::text, c.relname::text,
       array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.atttypid <> 'xid8'::regtype)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
WHERE (n.nspname = 'public' OR n.nspowner = 'hereabouts_owner'::regrole) AND c.relkind IN ('r', 'p')
  AND NOT c.relispartition AND c.relpersistence = 'p' AND c.oid <> 'migration'::regclass
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
GROUP BY n.nspname, c.relname
ORDER BY n.nspname, c.relname

-- name: references
-- Which table points to which.
SELECT DISTINCT n.nspname::text, c.relname::text, fn.nspname::text, fc.relname::text
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class fc ON fc.oid = k.confrelid JOIN pg_namespace fn ON fn.oid = fc.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0 AND k.conrelid <> k.confrelid

-- name: divided
-- Tables divided by time, and the column they are divided by.
SELECT c.relname::text, a.attname::text
FROM pg_partitioned_table p
JOIN pg_class c ON c.oid = p.partrelid
JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
UNION
SELECT 'reading', 'time'

-- name: months
-- The months (UTC) in which a table has rows.
SELECT DISTINCT date_trunc('month', {column}, 'UTC') FROM {table} ORDER BY 1

-- name: sequences
SELECT schemaname::text, sequencename::text, last_value FROM pg_sequences
WHERE sequenceowner = 'hereabouts_owner' AND last_value IS NOT NULL
ORDER BY schemaname, sequencename

-- name: copy_out
COPY (SELECT {columns} FROM {table}) TO STDOUT (FORMAT BINARY)

-- name: copy_in
COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)

-- name: is_unused
-- Whether nobody has put anything in yet: what migrations put in does not count.
SELECT NOT (EXISTS (SELECT FROM place) OR EXISTS (SELECT FROM device) OR EXISTS (SELECT FROM reading)
            OR EXISTS (SELECT FROM batch) OR EXISTS (SELECT FROM api_key) OR EXISTS (SELECT FROM job_run)
            OR EXISTS (SELECT FROM audit))

-- name: tables_with_triggers
-- TimescaleDB's own triggers stay: they belong to the extension.
SELECT DISTINCT n.nspname::text, c.relname::text
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_proc f ON f.oid = t.tgfoid
WHERE NOT t.tgisinternal AND NOT c.relispartition AND f.proowner = 'hereabouts_owner'::regrole

-- name: pause_triggers
ALTER TABLE {table} DISABLE TRIGGER USER

-- name: resume_triggers
ALTER TABLE {table} ENABLE TRIGGER USER

-- name: clear
TRUNCATE {tables}

-- name: check_references
-- Now rather than at the end: a table with checks outstanding cannot be altered.
SET CONSTRAINTS ALL IMMEDIATE

-- name: end_sessions
-- What was ended since the backup must not come back to life; people sign in again. And which sessions a broker holds
-- for us since then, the file does not know.
TRUNCATE session, sign_in_link, ingest_session

-- name: set_sequence
SELECT setval({sequence}, %s)

-- name: analyze
ANALYZE {tables}
