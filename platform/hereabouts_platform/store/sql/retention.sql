-- Retention: what each class's rule is, what would go, and the calls that let go of it.

-- name: rules
SELECT class, keep, changed_at, before FROM retention ORDER BY class

-- name: save_rules
-- A keep that stays as it was keeps the time since which it stands.
INSERT INTO retention AS r (class, keep)
SELECT * FROM unnest(%(classes)s::text[], %(keeps)s::text[])
ON CONFLICT (class) DO UPDATE
SET keep = excluded.keep, changed_at = now(), changed_by = current_principal()
WHERE r.keep <> excluded.keep AND NOT %(only_new)s

-- name: look
SELECT part, rows, oldest, held FROM retention_look(%s, %s)

-- name: parts
SELECT class, part::text, EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = p.part AND a.attname = 'datastream_id'),
       (SELECT relkind = 'p' FROM pg_class c WHERE c.oid = p.part) OR p.part = 'reading'::regclass
FROM retention_parts() p

-- name: begin
SELECT retention_begin(%s, %s)

-- name: delete
SELECT rows, more FROM retention_delete(%s, %s::regclass, %s, %s, %s)

-- name: drop
SELECT class, rows FROM retention_drop(%s::regclass, %s)

-- name: pieces
SELECT starts, least(ends, %(cut)s) FROM retention_pieces(%(part)s::regclass) WHERE starts < %(cut)s

-- name: streams
SELECT retention_streams(%s, %s::regclass, %s, %s)

-- name: thin
SELECT retention_thin(%s, %s::regclass, %s, %s, %s)

-- name: untold
-- What was deleted and is in no row of the audit yet, by a run that was cut off too; from here on it is.
WITH now AS (SELECT deleted - told AS rows FROM retention WHERE class = %(class)s FOR UPDATE)
UPDATE retention r SET told = r.deleted FROM now WHERE r.class = %(class)s AND now.rows > 0 RETURNING now.rows

-- name: hold_horizons
-- From when on readings are whole, of homes and of public places; NULL where none were let go of yet. No class moves on
-- before this transaction ends.
SELECT class, before FROM retention WHERE class IN ('home_readings', 'public_readings') ORDER BY class FOR SHARE
