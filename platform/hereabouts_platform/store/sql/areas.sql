-- Areas: written by imports, read by the API and the pages.

-- name: source_id
SELECT id FROM area_source WHERE name = %s AND licence = %s

-- name: add_source
INSERT INTO area_source (name, licence) VALUES (%s, %s) RETURNING id

-- name: known
SELECT code, kind FROM area WHERE vintage = %s AND code = ANY (%s)

-- name: save
-- New ones, and those whose name, boundary or source is another now; returns their codes. No source given leaves it.
INSERT INTO area AS a (code, vintage, kind, name, boundary, west, south, east, north, source_id)
SELECT u.code, %(vintage)s, %(kind)s, u.name, u.boundary::jsonb, u.west, u.south, u.east, u.north, %(source)s
FROM unnest(%(codes)s::text[], %(names)s::text[], %(boundaries)s::text[], %(wests)s::float8[], %(souths)s::float8[],
            %(easts)s::float8[], %(norths)s::float8[]) AS u (code, name, boundary, west, south, east, north)
ORDER BY u.code
ON CONFLICT (code, vintage) DO UPDATE
SET name = excluded.name, boundary = excluded.boundary, west = excluded.west, south = excluded.south,
    east = excluded.east, north = excluded.north, source_id = coalesce(excluded.source_id, a.source_id),
    updated_at = now(), updated_by = current_principal()
WHERE (a.name, a.boundary, a.west, a.source_id)
      IS DISTINCT FROM (excluded.name, excluded.boundary, excluded.west, coalesce(excluded.source_id, a.source_id))
RETURNING code

-- name: area
-- Of a code the newest edition, or the one that is asked for.
SELECT a.code, a.vintage, a.kind, a.name, s.name AS source, s.licence
FROM area a LEFT JOIN area_source s ON s.id = a.source_id
WHERE a.code = %(code)s AND (%(vintage)s::text IS NULL OR a.vintage = %(vintage)s)
ORDER BY a.vintage COLLATE "C" DESC LIMIT 1

-- name: boundary
SELECT boundary::text FROM area WHERE code = %s AND vintage = %s

-- name: areas
-- In order of code and vintage, after a cursor. A box meets every area whose own box it touches.
SELECT a.code, a.vintage, a.kind, a.name, s.name AS source, s.licence,
       CASE WHEN a.west IS NOT NULL THEN jsonb_build_array(a.west, a.south, a.east, a.north) END AS bbox,
       CASE WHEN %(boundaries)s THEN a.boundary END AS boundary
FROM area a LEFT JOIN area_source s ON s.id = a.source_id
WHERE (%(kind)s::text IS NULL OR a.kind = %(kind)s)
  AND (%(vintage)s::text IS NULL OR a.vintage = %(vintage)s)
  AND (%(like)s::text IS NULL OR a.name ILIKE %(like)s OR a.code ILIKE %(like)s)
  AND (%(west)s::float8 IS NULL OR (a.west <= %(east)s AND a.east >= %(west)s
                                    AND a.south <= %(north)s AND a.north >= %(south)s))
  AND (%(after_code)s::text IS NULL OR (a.code, a.vintage) > (%(after_code)s, %(after_vintage)s))
ORDER BY a.code, a.vintage
LIMIT %(most)s

-- name: vintages
-- Every edition of one area, the newest first, with how many places of each kind lie in it.
SELECT a.code, a.vintage, a.kind, a.name, s.name AS source, s.licence,
       CASE WHEN a.west IS NOT NULL THEN jsonb_build_array(a.west, a.south, a.east, a.north) END AS bbox,
       CASE WHEN %(boundaries)s THEN a.boundary END AS boundary, a.updated_at,
       coalesce((SELECT jsonb_object_agg(kind, count) FROM (
           SELECT p.kind, count(*) FROM place_area pa JOIN place p ON p.id = pa.place_id
           WHERE pa.code = a.code AND pa.vintage = a.vintage GROUP BY p.kind
       ) counted), '{}') AS places
FROM area a LEFT JOIN area_source s ON s.id = a.source_id
WHERE a.code = %(code)s
ORDER BY a.vintage COLLATE "C" DESC
