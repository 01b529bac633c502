-- Notices: e-mails to the people who asked for them, kept from when they are made until they are sent or given up.

-- Who asked for e-mails, at which address, about what. Opt-in, and personal: nobody but the jobs reads it.
CREATE TABLE contact (
    principal_id int PRIMARY KEY REFERENCES principal,
    address      text NOT NULL CHECK (address ~ '^[!-?A-~]+@[!-?A-~]+$' AND length(address) <= 254),
    digest       boolean NOT NULL,
    urgent       boolean NOT NULL,
    own          boolean NOT NULL DEFAULT false, -- dates of the cases that are theirs
    digested_on  date, -- the last day (Europe/London) that was looked at for a digest, whether or not one was made
    changed_at   timestamptz NOT NULL DEFAULT now(),
    changed_by   int NOT NULL REFERENCES principal DEFAULT current_principal(),
    CHECK (digest OR urgent OR own)
);
GRANT SELECT, UPDATE (digested_on) ON contact TO hereabouts_jobs;

-- Of which homes somebody may be told: of all, of those of their patches, or of none. The same roles that may look.
CREATE FUNCTION told_of_homes(wanted int) RETURNS TABLE (everywhere boolean, patches text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT bool_and(NOT r.scope ? 'patches'),
           coalesce((SELECT array_agg(p) FROM patches_of(wanted) p), '{}')
    FROM principal_role r JOIN principal p ON p.id = r.principal_id
    WHERE r.principal_id = wanted AND p.disabled_at IS NULL
    HAVING bool_or(r.role IN ('administrator', 'reader', 'housing-officer', 'housing-manager'))
$$;
REVOKE ALL ON FUNCTION told_of_homes(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION told_of_homes(int) TO hereabouts_jobs;

-- The outbox. `due_at`: when it is tried next. It ends as sent or as failed, with what was said at the last attempt.
-- `reference` stands in the e-mail: by it a second copy is known, where a process ended between sending and writing so.
-- `told`: what a digest told of, so that the next one tells what has changed since.
CREATE TABLE notice (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    principal_id int NOT NULL REFERENCES principal,
    kind         text NOT NULL CHECK (kind IN ('digest', 'urgent', 'clock', 'relapse')),
    subject      text NOT NULL CHECK (subject <> '' AND subject !~ '[\r\n]'),
    body         text NOT NULL,
    told         jsonb,
    reference    uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    made_at      timestamptz NOT NULL,
    due_at       timestamptz NOT NULL,
    attempts     int NOT NULL DEFAULT 0,
    sent_at      timestamptz,
    failed_at    timestamptz CHECK (sent_at IS NULL OR failed_at IS NULL),
    trouble      text, -- what the last attempt that did not succeed was told
    made_by      int NOT NULL REFERENCES principal DEFAULT current_principal()
);
CREATE INDEX notice_waiting ON notice (due_at) WHERE sent_at IS NULL AND failed_at IS NULL;
CREATE INDEX notice_of ON notice (principal_id, kind, made_at);

-- What each notice is about. Nobody is told of the same thing twice: not of an alert, not of a clock, not of a day.
CREATE TABLE notice_about (
    principal_id int NOT NULL REFERENCES principal,
    about        text NOT NULL,
    notice_id    bigint NOT NULL REFERENCES notice ON DELETE CASCADE,
    PRIMARY KEY (principal_id, about)
);
CREATE INDEX notice_about_notice ON notice_about (notice_id);

GRANT SELECT, INSERT, UPDATE (due_at, attempts, sent_at, failed_at, trouble) ON notice TO hereabouts_jobs;
GRANT SELECT, INSERT ON notice_about TO hereabouts_jobs;

-- How the post goes, for people and for the page of jobs: no name, no address, no words of a notice.
CREATE FUNCTION notice_counts(since timestamptz)
RETURNS TABLE (people bigint, waiting bigint, oldest_waiting timestamptz, sent bigint, failed bigint, trouble text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT (SELECT count(*) FROM contact c JOIN principal p ON p.id = c.principal_id WHERE p.disabled_at IS NULL),
           count(*) FILTER (WHERE sent_at IS NULL AND failed_at IS NULL),
           min(made_at) FILTER (WHERE sent_at IS NULL AND failed_at IS NULL),
           count(*) FILTER (WHERE sent_at >= since),
           count(*) FILTER (WHERE failed_at >= since),
           (array_agg(n.trouble ORDER BY coalesce(failed_at, due_at) DESC)
               FILTER (WHERE sent_at IS NULL AND n.trouble IS NOT NULL))[1]
    FROM notice n
    WHERE may_see() AND (sent_at >= since OR failed_at >= since OR (sent_at IS NULL AND failed_at IS NULL))
$$;
REVOKE ALL ON FUNCTION notice_counts(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION notice_counts(timestamptz) TO hereabouts_jobs, hereabouts_api;

-- How the watch over a room stands after the works of a case (homes/relapse.py), as it was last looked at.
CREATE TABLE relapse_watch (
    case_id      bigint NOT NULL REFERENCES case_record ON DELETE CASCADE,
    place_id     text NOT NULL REFERENCES place,
    state        text NOT NULL CHECK (state IN ('watching', 'held', 'relapsed', 'cannot_say')),
    until        date NOT NULL,
    days_seen    int NOT NULL,
    came_back_on date CHECK ((came_back_on IS NOT NULL) = (state = 'relapsed')),
    reason       text NOT NULL,
    looked_at    timestamptz NOT NULL,
    PRIMARY KEY (case_id, place_id)
);
ALTER TABLE relapse_watch ENABLE ROW LEVEL SECURITY;
CREATE POLICY relapse_watch_seen ON relapse_watch FOR SELECT TO hereabouts_api
    USING (EXISTS (SELECT FROM case_record c WHERE c.id = case_id));
CREATE POLICY relapse_watch_jobs ON relapse_watch TO hereabouts_jobs USING (true) WITH CHECK (true);
GRANT SELECT ON relapse_watch TO hereabouts_api;
GRANT SELECT, INSERT, UPDATE ON relapse_watch TO hereabouts_jobs;

-- A class of retention of their own, beside those that stand.
ALTER FUNCTION retention_parts() RENAME TO retention_parts_but_notices;
CREATE FUNCTION retention_parts()
RETURNS TABLE (class text, part regclass, aged text, due text, held text, at_least interval)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT * FROM retention_parts_but_notices()
    UNION ALL
    SELECT 'notices', 'notice', 'coalesce(sent_at, failed_at)', 'coalesce(sent_at, failed_at) < $1',
           'made_at < $1 AND sent_at IS NULL AND failed_at IS NULL', '60 days'
$$;
REVOKE ALL ON FUNCTION retention_parts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retention_parts() TO hereabouts_jobs;
