-- Photos that crews take at their visits; requests for visits that are withdrawn; crews see what is asked for on their rounds.

-- Hangs on the visit and on no report of it: a report that is lost takes no photo along. What is kept is the picture
-- without what a phone wrote beside it. `client_id` is the sender's own name for it: sent again it is known again.
CREATE TABLE visit_photo (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    visit_id     bigint NOT NULL REFERENCES visit ON DELETE CASCADE,
    client_id    text NOT NULL CHECK (client_id <> '' AND length(client_id) <= 200),
    media_type   text NOT NULL CHECK (media_type IN ('image/jpeg', 'image/png', 'image/heic', 'image/heif')),
    sha256       bytea NOT NULL CHECK (octet_length(sha256) = 32),
    content      bytea NOT NULL CHECK (octet_length(content) BETWEEN 1 AND 8388608),
    at           timestamptz NOT NULL, -- when it was taken, as the sender says
    recorded_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    principal_id int NOT NULL REFERENCES principal DEFAULT current_principal(),
    UNIQUE (principal_id, client_id)
);
ALTER TABLE visit_photo ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE INDEX visit_photo_visit ON visit_photo (visit_id, at);
CREATE INDEX visit_photo_recorded ON visit_photo (recorded_at);
CREATE TRIGGER visit_photo_append_only BEFORE UPDATE OR TRUNCATE ON visit_photo
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER visit_photo_kept BEFORE DELETE ON visit_photo FOR EACH ROW
    WHEN (current_setting('hereabouts.letting_go', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION refuse_change();

-- A request that needs no visit any more, with the words that closed it.
CREATE TABLE visit_request_withdrawn (
    request_id   bigint PRIMARY KEY REFERENCES visit_request ON DELETE CASCADE,
    says         text NOT NULL CHECK (says <> '' AND length(says) <= 2000),
    at           timestamptz NOT NULL,
    principal_id int NOT NULL REFERENCES principal DEFAULT current_principal()
);

-- When a crew had been there, at the bin or at a slot of its site; also for whoever asked and does not see that crew's
-- reports. Of homes it says nothing.
CREATE FUNCTION visit_request_answered(wanted bigint) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT min(o.at) FROM visit_request r
    JOIN place p ON (p.id = r.place_id OR p.parent_id = r.place_id) AND p.kind IN ('bin_slot', 'bin_site')
    JOIN visit_outcome o ON o.place_id = p.id AND o.at >= r.at AND o.kind IN ('emptied', 'not_full', 'missing')
    WHERE r.id = wanted
$$;

ALTER TABLE visit_photo ENABLE ROW LEVEL SECURITY;
ALTER TABLE visit_request_withdrawn ENABLE ROW LEVEL SECURITY;
CREATE POLICY visit_photo_seen ON visit_photo FOR SELECT TO hereabouts_api
    USING (principal_id = current_principal() OR EXISTS (SELECT FROM visit v WHERE v.id = visit_id));
CREATE POLICY visit_photo_told ON visit_photo FOR INSERT TO hereabouts_api
    WITH CHECK ((SELECT works_rounds()) AND principal_id = current_principal()
                AND EXISTS (SELECT FROM visit v WHERE v.id = visit_id));
CREATE POLICY visit_request_on_my_round ON visit_request FOR SELECT TO hereabouts_api
    USING (cardinality((SELECT my_crews())) > 0 AND EXISTS (
        SELECT FROM visit v LEFT JOIN place p ON p.id = v.place_id
        WHERE NOT v.of_home AND v.crews && (SELECT my_crews()) AND visit_request.place_id IN (v.place_id, p.parent_id)));
CREATE POLICY visit_request_withdrawn_seen ON visit_request_withdrawn FOR SELECT TO hereabouts_api
    USING (EXISTS (SELECT FROM visit_request r WHERE r.id = request_id));
CREATE POLICY visit_request_withdrawn_told ON visit_request_withdrawn FOR INSERT TO hereabouts_api
    WITH CHECK ((SELECT sends_crews()) AND principal_id = current_principal()
                AND EXISTS (SELECT FROM visit_request r WHERE r.id = request_id));
CREATE POLICY visit_request_withdrawn_jobs ON visit_request_withdrawn FOR SELECT TO hereabouts_jobs USING (true);

GRANT SELECT, INSERT ON visit_photo, visit_request_withdrawn TO hereabouts_api;
GRANT SELECT ON visit_request_withdrawn TO hereabouts_jobs;
REVOKE ALL ON FUNCTION visit_request_answered(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION visit_request_answered(bigint) TO hereabouts_api;

-- Photos may show more than was meant: a class of retention of their own, shorter than that of the rounds they belong to.
ALTER FUNCTION retention_parts() RENAME TO retention_parts_but_photos;
CREATE FUNCTION retention_parts()
RETURNS TABLE (class text, part regclass, aged text, due text, held text, at_least interval)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT * FROM retention_parts_but_photos()
    UNION ALL
    SELECT 'visit_photos', 'visit_photo'::regclass, 'recorded_at', 'recorded_at < $1', 'false', '60 days'::interval
$$;
REVOKE ALL ON FUNCTION retention_parts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retention_parts() TO hereabouts_jobs;
