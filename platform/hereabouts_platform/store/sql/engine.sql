-- Statements about the server itself.

-- name: installed_extensions
SELECT extname::text, extversion FROM pg_extension ORDER BY extname

-- name: server
-- Its version as a number and in words, whether `reading` is made of native partitions, TimescaleDB's licence (the
-- setting is unknown to a server without it), whether the view of geometries is there.
SELECT current_setting('server_version_num')::int, current_setting('server_version'),
       coalesce((SELECT relkind = 'p' FROM pg_class WHERE oid = to_regclass('public.reading')), false),
       current_setting('timescaledb.license', true), to_regclass('public.place_geometry') IS NOT NULL

-- name: make_partition
SELECT make_partition(%s::regclass, %s)

-- name: columnstore_is_on
SELECT compression_enabled FROM timescaledb_information.hypertables
WHERE hypertable_schema = 'public' AND hypertable_name = 'reading'

-- name: enable_columnstore
-- About 10 bytes a reading instead of 120, and one datastream's months in one stretch.
ALTER TABLE reading SET (timescaledb.enable_columnstore, timescaledb.segmentby = 'datastream_id',
                         timescaledb.orderby = 'time')

-- name: columnstore_policy
-- Messages may come 35 days late; what is later still (imports, replay) can be written there too, at a higher cost.
CALL add_columnstore_policy('reading', after => INTERVAL '45 days', if_not_exists => true)

-- name: may_install_postgis
SELECT rolsuper AND NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'postgis')
       AND EXISTS (SELECT FROM pg_available_extensions WHERE name = 'postgis')
FROM pg_roles WHERE rolname = session_user

-- name: install_postgis
CREATE EXTENSION IF NOT EXISTS postgis

-- name: make_geometry
-- Places for GIS programs: `place_geometry`, with a spatial index. The geometry is computed from the columns of `place`,
-- in the view and in the index alike, rather than kept in a table by a trigger: nothing can go stale, nothing is stored
-- twice, and DROP EXTENSION postgis CASCADE takes all of it away and leaves `place` whole (a trigger would stay, and
-- fail every import of places). Row security is that of `place`: the view asks as the one who reads it.
-- PostGIS may lie in any schema, and indexes are rebuilt under an empty search path, so the function names its own.
DO $make$
BEGIN
    EXECUTE format($function$
        CREATE FUNCTION place_shape(polygon jsonb, lon float8, lat float8) RETURNS geometry(Geometry, 4326)
        LANGUAGE plpgsql IMMUTABLE SET search_path = %I, pg_temp AS $body$
        BEGIN
            IF polygon IS NOT NULL THEN
                BEGIN
                    RETURN ST_SetSRID(ST_GeomFromGeoJSON(polygon), 4326);
                EXCEPTION WHEN OTHERS THEN
                    NULL; -- an outline that PostGIS cannot read is no reason to refuse the place: its point will do
                END;
            END IF;
            RETURN ST_SetSRID(ST_MakePoint(lon, lat), 4326);
        END $body$ $function$,
        (SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'postgis'));
    CREATE INDEX place_shape_index ON place USING gist ((place_shape(polygon, lon, lat)::geometry(Geometry, 4326)));
    CREATE VIEW place_geometry WITH (security_invoker = true) AS
        SELECT id, kind, name, place_shape(polygon, lon, lat)::geometry(Geometry, 4326) AS geom FROM place;
    GRANT SELECT ON place_geometry TO hereabouts_api;
END $make$

-- name: publish_geometry
-- Public places for analysts' maps; of what `published.place` shows and nothing else.
DO $publish$
BEGIN
    CREATE OR REPLACE VIEW published.place_geometry WITH (security_barrier) AS
        SELECT p.place, p.kind, p.name, place_shape(p.polygon, p.lon, p.lat)::geometry(Geometry, 4326) AS geom
        FROM published.place p;
    GRANT SELECT ON published.place_geometry TO hereabouts_analyst;
    COMMENT ON VIEW published.place_geometry IS 'Public places with their outline, else their point, for maps.';
    COMMENT ON COLUMN published.place_geometry.place IS 'Id of the place.';
    COMMENT ON COLUMN published.place_geometry.kind IS 'What it is, as in `place`.';
    COMMENT ON COLUMN published.place_geometry.name IS 'Its name.';
    COMMENT ON COLUMN published.place_geometry.geom IS 'Geometry, EPSG:4326; null where there is no position.';
END $publish$
