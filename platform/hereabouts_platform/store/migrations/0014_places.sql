-- Areas as they are published: where each lies, whose it is, under which licence. Which places lie in which areas is
-- computed by the imports of either and kept in place_area (store/locating).

CREATE TABLE area_source (
    id      int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name    text NOT NULL CHECK (name <> ''),
    licence text NOT NULL,           -- what has to be said wherever the boundaries are shown
    UNIQUE (name, licence)
);

-- Its box in WGS 84 degrees, so that a boundary is read only where it may matter.
ALTER TABLE area
    ADD COLUMN west       float8 CHECK (west BETWEEN -180 AND 180),
    ADD COLUMN south      float8 CHECK (south BETWEEN -90 AND 90),
    ADD COLUMN east       float8 CHECK (east BETWEEN -180 AND 180),
    ADD COLUMN north      float8 CHECK (north BETWEEN -90 AND 90),
    ADD COLUMN source_id  int REFERENCES area_source,
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN updated_by int REFERENCES principal DEFAULT current_principal();
CREATE INDEX area_kind ON area (kind, vintage, code);

CREATE INDEX place_position ON place (lat, lon);

GRANT SELECT ON area_source TO hereabouts_ingest, hereabouts_jobs, hereabouts_api;
