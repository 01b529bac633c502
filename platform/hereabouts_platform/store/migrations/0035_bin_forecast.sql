-- What the forecast of a bin says, beside where it stands: its limits, the chance before its next round, what to look at.
-- `full_p50_at` and `full_p90_at` stay; `reaches` says the same of its last limit.
ALTER TABLE bin_state
    ADD COLUMN reaches         jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(reaches) = 'array'), -- [{limit, p50_at, p90_at}]
    ADD COLUMN overflow_chance real CHECK (overflow_chance BETWEEN 0 AND 1),
    ADD COLUMN overflow_by     timestamptz, -- by when: the start of its next round, or a day ahead where none is in sight
    ADD COLUMN depot           text,        -- whose round that is; none: none is in sight
    ADD COLUMN measured        boolean,     -- whether it has, or had, a sensor; none: not said yet
    ADD COLUMN emptied_at      timestamptz,
    ADD COLUMN read_at         timestamptz, -- its last believed reading, or its emptying where nothing was read since
    ADD COLUMN look_at         jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(look_at) = 'array'); -- sentences

-- Seen like visits: by those who see every round, and by the crew that is sent there; of a bin at a home only by those
-- who see the home.
ALTER TABLE bin_state ENABLE ROW LEVEL SECURITY;
CREATE POLICY bin_state_seen ON bin_state FOR SELECT TO hereabouts_api USING (
    EXISTS (SELECT FROM place p LEFT JOIN place up ON up.id = p.parent_id
            WHERE p.id = place_id AND (p.parent_id IS NULL OR up.id IS NOT NULL))
    AND ((SELECT sees_every_round()) OR EXISTS (SELECT FROM visit v WHERE v.place_id = bin_state.place_id)));
CREATE POLICY bin_state_jobs ON bin_state TO hereabouts_jobs USING (true) WITH CHECK (true);
