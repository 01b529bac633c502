-- Which places lie in which areas. Points are gathered in a temporary table, what was found in a second one; the
-- difference to what stands is written at the end.

-- name: make_moved
CREATE TEMPORARY TABLE IF NOT EXISTS moved (place_id text PRIMARY KEY) ON COMMIT DROP

-- name: note_moved
INSERT INTO moved (place_id) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING

-- name: make_locating
CREATE TEMPORARY TABLE IF NOT EXISTS locating (place_id text PRIMARY KEY, lon float8, lat float8) ON COMMIT DROP

-- name: make_located
CREATE TEMPORARY TABLE IF NOT EXISTS located
    (place_id text, kind text, vintage text, code text, PRIMARY KEY (place_id, kind, vintage)) ON COMMIT DROP

-- name: clear
TRUNCATE locating, located

-- name: gather_all
-- Every place with its point: its own, or that of the nearest place above it that has one.
INSERT INTO locating (place_id, lon, lat)
WITH RECURSIVE up AS (
    SELECT id, lon, lat, parent_id FROM place
    UNION ALL
    SELECT u.id, p.lon, p.lat, p.parent_id FROM up u JOIN place p ON p.id = u.parent_id WHERE u.lon IS NULL
)
SELECT id, max(lon), max(lat) FROM up GROUP BY id

-- name: gather_moved
-- The same for the places that moved and for the parts below them that have no point of their own.
INSERT INTO locating (place_id, lon, lat)
WITH RECURSIVE down AS (
    SELECT place_id AS id FROM moved
    UNION
    SELECT c.id FROM down d JOIN place c ON c.parent_id = d.id WHERE c.lon IS NULL
), up AS (
    SELECT p.id, p.lon, p.lat, p.parent_id FROM down d JOIN place p ON p.id = d.id
    UNION ALL
    SELECT u.id, p.lon, p.lat, p.parent_id FROM up u JOIN place p ON p.id = u.parent_id WHERE u.lon IS NULL
)
SELECT id, max(lon), max(lat) FROM up GROUP BY id

-- name: forget_moved
TRUNCATE moved

-- name: extent
SELECT min(lon), min(lat), max(lon), max(lat) FROM locating

-- name: boundaries
-- In the order in which the border rule takes them: of several areas of one kind and vintage, the lowest code.
SELECT kind, vintage, code, boundary::text FROM area
WHERE boundary IS NOT NULL AND west <= %(east)s AND east >= %(west)s AND south <= %(north)s AND north >= %(south)s
  AND (%(kind)s::text IS NULL OR (kind = %(kind)s AND vintage = %(vintage)s))
ORDER BY kind, vintage, code COLLATE "C"

-- name: points
SELECT place_id, lon, lat FROM locating
WHERE lon BETWEEN %(west)s AND %(east)s AND lat BETWEEN %(south)s AND %(north)s

-- name: keep_found
-- The first area found for a place, kind and vintage stays, and they come lowest code first.
INSERT INTO located (place_id, kind, vintage, code)
SELECT u.place_id, u.kind, u.vintage, u.code
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS u (place_id, kind, vintage, code)
ORDER BY u.code COLLATE "C"
ON CONFLICT DO NOTHING

-- name: drop_left
-- An area without a boundary was never computed, so nothing is taken from it.
DELETE FROM place_area pa USING locating l, area a
WHERE l.place_id = pa.place_id AND a.code = pa.code AND a.vintage = pa.vintage AND a.boundary IS NOT NULL
  AND (%(kind)s::text IS NULL OR (a.kind = %(kind)s AND a.vintage = %(vintage)s))
  AND NOT EXISTS (SELECT FROM located f WHERE f.place_id = pa.place_id AND f.kind = a.kind
                                          AND f.vintage = pa.vintage AND f.code = pa.code)

-- name: add_found
INSERT INTO place_area (place_id, code, vintage)
SELECT place_id, code, vintage FROM located ORDER BY place_id, code, vintage
ON CONFLICT DO NOTHING
