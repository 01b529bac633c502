-- What days are beside their weekday, for the waste side: bank and school holidays, events, duties; and what a plan says
-- of its day.

CREATE TABLE calendar_entry (
    kind       text NOT NULL CHECK (kind IN ('bank_holiday', 'school_holiday', 'event', 'statutory')),
    name       text NOT NULL CHECK (name <> ''),
    from_at    timestamptz NOT NULL,
    to_at      timestamptz CHECK (to_at > from_at), -- half-open; none: a duty that stands until further notice
    areas      text[] NOT NULL DEFAULT '{}',        -- groups of bins, places, codes of areas; none named: everywhere
    factor     float8 CHECK (factor > 0),           -- of how fast bins fill; none: not said
    weekdays   smallint[] CHECK (weekdays <@ '{1,2,3,4,5,6,7}'), -- of a duty; 1 is Monday
    by_time    time,                                -- Europe/London: emptied by then on each of those days
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by int NOT NULL REFERENCES principal DEFAULT current_principal(),
    PRIMARY KEY (kind, name, from_at),
    CHECK ((kind = 'statutory') = (by_time IS NOT NULL)),
    CHECK ((kind = 'statutory') = (weekdays IS NOT NULL)),
    CHECK (kind = 'statutory' OR to_at IS NOT NULL),
    CHECK (kind <> 'event' OR factor IS NOT NULL)
);
GRANT SELECT ON calendar_entry TO hereabouts_jobs;

-- In a sentence or two: whether somebody goes out that day, and why.
ALTER TABLE round_plan ADD COLUMN says text NOT NULL DEFAULT '';
GRANT SELECT (says) ON round_plan TO hereabouts_api;
