-- Hours come in as time goes, so the 720 hours of a datastream's month lie on as many pages. The rollup job writes each
-- day once more when it is over, its datastreams one after the other; then a month lies on some forty pages.

-- The last UTC day whose hours were gathered so.
ALTER TABLE rollup_progress ADD COLUMN gathered date NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')::date - 2;
