-- Datasets as the API and the pages see them. Rows go out through owner's functions, which ask may_see().

-- name: datasets
-- In order of name, after a cursor, with the newest vintage of each.
SELECT d.name, d.title, d.description, d.source, d.licence, d.attribution, d.sensitivity, v.vintage, v.identifies,
       v.rows, v.linked, v.from_at AS "from", v.to_at AS "to", l.at AS loaded_at, n.count AS vintages
FROM dataset d
CROSS JOIN LATERAL (
    SELECT * FROM dataset_vintage v WHERE v.dataset = d.name ORDER BY v.vintage DESC LIMIT 1
) v
CROSS JOIN LATERAL (SELECT count(*) FROM dataset_vintage o WHERE o.dataset = d.name) n
LEFT JOIN LATERAL (
    SELECT at FROM dataset_load l WHERE l.dataset = d.name AND l.vintage = v.vintage ORDER BY l.id DESC LIMIT 1
) l ON true
WHERE (%(only)s::text[] IS NULL OR d.name = ANY (%(only)s)) AND (%(after)s::text IS NULL OR d.name > %(after)s)
ORDER BY d.name
LIMIT %(most)s

-- name: vintages
-- The newest first.
SELECT v.vintage, v.identifies, v.within_m, v.rows, v.linked, v.rows - v.linked AS unlinked, v.from_at AS "from",
       v.to_at AS "to", v.linked_at
FROM dataset_vintage v WHERE v.dataset = %(dataset)s ORDER BY v.vintage DESC

-- name: columns
-- Of one vintage of each dataset, in their order.
SELECT c.dataset, c.name, c.title, c.type, c.unit, c.meaning, c.categories
FROM dataset_column c
JOIN unnest(%(datasets)s::text[], %(vintages)s::text[]) AS u (dataset, vintage) USING (dataset, vintage)
ORDER BY c.dataset, c.position

-- name: loads
-- The newest first, at most a hundred.
SELECT l.id, l.vintage, l.file, l.file_sha256, l.spec_sha256, l.whole, l.at, p.name AS by, l.stored, l.updated,
       l.duplicate, l.removed, l.refused, l.refused_by_cause
FROM dataset_load l JOIN principal p ON p.id = l.principal_id
WHERE l.dataset = %(dataset)s ORDER BY l.id DESC LIMIT 100

-- name: rows
SELECT r.* FROM dataset_rows(%(dataset)s, %(vintage)s, %(place)s, %(area)s, %(from_at)s, %(to_at)s, %(after_vintage)s,
                             %(after_key)s, %(most)s) r

-- name: at_place
SELECT a.*, d.title, d.source, d.licence, d.attribution, d.sensitivity
FROM datasets_at(%(place)s) a JOIN dataset d ON d.name = a.dataset
ORDER BY d.title, a.dataset
