-- Datasets of time and place: bringing one in, inside one transaction, by way of a temporary table.

-- name: take_turn
-- One import of a dataset at a time.
SELECT pg_advisory_xact_lock(hashtext('hereabouts dataset ' || %s))

-- name: save_dataset
INSERT INTO dataset (name, title, description, source, licence, attribution, sensitivity)
VALUES (%(name)s, %(title)s, %(description)s, %(source)s, %(licence)s, %(attribution)s, %(sensitivity)s)
ON CONFLICT (name) DO UPDATE
SET title = excluded.title, description = excluded.description, source = excluded.source, licence = excluded.licence,
    attribution = excluded.attribution, sensitivity = excluded.sensitivity, updated_at = now(),
    updated_by = current_principal()

-- name: shape
SELECT shape FROM dataset_vintage WHERE dataset = %s AND vintage = %s

-- name: save_vintage
INSERT INTO dataset_vintage (dataset, vintage, identifies, within_m, shape)
VALUES (%(dataset)s, %(vintage)s, %(identifies)s, %(within_m)s, %(shape)s)
ON CONFLICT (dataset, vintage) DO UPDATE
SET identifies = excluded.identifies, within_m = excluded.within_m, shape = excluded.shape

-- name: forget_columns
DELETE FROM dataset_column WHERE dataset = %s AND vintage = %s

-- name: add_columns
INSERT INTO dataset_column (dataset, vintage, position, name, title, type, unit, meaning, categories)
SELECT %s, %s, u.position, u.name, u.title, u.type, u.unit, u.meaning, u.categories::jsonb
FROM unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
    AS u (position, name, title, type, unit, meaning, categories)

-- name: last_load
-- The file and description that a vintage was last loaded from.
SELECT file_sha256, spec_sha256, whole FROM dataset_load WHERE dataset = %s AND vintage = %s ORDER BY id DESC LIMIT 1

-- name: begin_load
INSERT INTO dataset_load (dataset, vintage, file, file_sha256, spec_sha256, spec, whole)
VALUES (%(dataset)s, %(vintage)s, %(file)s, %(file_sha256)s, %(spec_sha256)s, %(spec)s, %(whole)s)
RETURNING id

-- name: end_load
UPDATE dataset_load
SET stored = %(stored)s, updated = %(updated)s, duplicate = %(duplicate)s, removed = %(removed)s,
    refused = %(refused)s, refused_by_cause = %(causes)s
WHERE id = %(load)s

-- name: make_incoming
CREATE TEMPORARY TABLE dataset_incoming (
    key text COLLATE "C", line int, given text, identifier text, lon float8, lat float8, from_at timestamptz,
    to_at timestamptz, content text, hash bytea
) ON COMMIT DROP

-- name: copy_incoming
COPY dataset_incoming (key, line, given, identifier, lon, lat, from_at, to_at, content, hash) FROM STDIN (FORMAT BINARY)

-- name: know_incoming
ANALYZE dataset_incoming

-- name: doubles
-- Rows whose key stands in an earlier line of the file, and whether they say the same.
SELECT d.line, d.key, d.first, d.same FROM (
    SELECT i.line, i.key, first_value(i.line) OVER earlier AS first, i.hash = first_value(i.hash) OVER earlier AS same
    FROM dataset_incoming i WINDOW earlier AS (PARTITION BY i.key ORDER BY i.line)
) d WHERE d.line <> d.first ORDER BY d.line

-- name: merge_incoming
-- The first row of each key: new, changed or as it stood. Returns how many were new, and how many changed.
WITH merged AS (
    INSERT INTO dataset_row AS r (dataset, vintage, key, load_id, line, given, identifier, lon, lat, from_at, to_at,
                                  values, hash)
    SELECT %(dataset)s, %(vintage)s, i.key, %(load)s, i.line, i.given, i.identifier, i.lon, i.lat, i.from_at, i.to_at,
           i.content::jsonb, i.hash
    FROM (SELECT DISTINCT ON (key) * FROM dataset_incoming ORDER BY key, line) i
    ON CONFLICT (dataset, vintage, key) DO UPDATE
    SET load_id = excluded.load_id, line = excluded.line, given = excluded.given, identifier = excluded.identifier,
        lon = excluded.lon, lat = excluded.lat, from_at = excluded.from_at, to_at = excluded.to_at,
        values = excluded.values, hash = excluded.hash
    WHERE r.hash <> excluded.hash
    RETURNING r.xmax = 0 AS is_new
)
SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM merged

-- name: remove_missing
-- Rows of the vintage that a whole file does not hold any more.
DELETE FROM dataset_row r
WHERE r.dataset = %s AND r.vintage = %s
  AND NOT EXISTS (SELECT FROM dataset_incoming i WHERE i.key = r.key)

-- name: link
SELECT link_dataset(%s, %s)

-- name: linked
SELECT rows, linked FROM dataset_vintage WHERE dataset = %s AND vintage = %s

-- name: to_link
-- Vintages linked before a place last changed. A day's grace: a long import commits places with an earlier time.
SELECT dataset, vintage FROM dataset_vintage
WHERE linked_at IS NULL OR identifies = 'gss' OR linked_at - interval '1 day' < (SELECT max(updated_at) FROM place)
ORDER BY dataset, vintage
