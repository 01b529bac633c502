-- What is asked for and open, and what crews see of it, costs what is open, not what was ever done.

-- The places on a crew's sheets of its days, and the sites over them, are gathered once a question, not once a request;
-- its days stand here as well as in the policy of visits, as only so the index of days finds them. Who sees every round
-- sees requests by another policy.
ALTER POLICY visit_request_on_my_round ON visit_request
    USING (cardinality((SELECT my_crews())) > 0 AND place_id IN (
        SELECT here.id
        FROM (SELECT DISTINCT v.place_id AS id FROM visit v
              WHERE NOT v.of_home AND v.crews && (SELECT my_crews()) AND is_crew_day(v.day)) bin
        CROSS JOIN LATERAL (VALUES (bin.id), ((SELECT p.parent_id FROM place p WHERE p.id = bin.id))) AS here (id)));

-- As 0032 has it; of each bin the first report that answers is looked up, not all since.
CREATE OR REPLACE FUNCTION visit_request_answered(wanted bigint) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT min(there.at) FROM visit_request r
    CROSS JOIN LATERAL (SELECT p.id, p.kind FROM place p WHERE p.id = r.place_id
                        UNION ALL SELECT p.id, p.kind FROM place p WHERE p.parent_id = r.place_id) bin
    CROSS JOIN LATERAL (SELECT o.at FROM visit_outcome o WHERE o.place_id = bin.id AND o.at >= r.at
                        AND o.kind IN ('emptied', 'not_full', 'missing') ORDER BY o.at LIMIT 1) there
    WHERE r.id = wanted AND bin.kind IN ('bin_slot', 'bin_site')
$$;

-- Requests that no crew has answered and nobody withdrew, by the same rule; anybody's: who asks reads them under row
-- security. Open are those after the last report that answers there, whenever it was sent: each place that was ever
-- asked for is looked at once, from one to the next in the index, and of its requests only those after that report.
CREATE FUNCTION open_visit_requests() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER ROWS 50 SET search_path = public, pg_temp AS $$
    WITH RECURSIVE asked (place_id) AS (
        SELECT min(r.place_id) FROM visit_request r
        UNION ALL
        SELECT (SELECT min(r.place_id) FROM visit_request r WHERE r.place_id > asked.place_id)
        FROM asked WHERE asked.place_id IS NOT NULL
    )
    SELECT r.id FROM asked
    CROSS JOIN LATERAL (
        SELECT max(there.at) AS at
        FROM (SELECT p.id, p.kind FROM place p WHERE p.id = asked.place_id
              UNION ALL SELECT p.id, p.kind FROM place p WHERE p.parent_id = asked.place_id) bin
        CROSS JOIN LATERAL (SELECT o.at FROM visit_outcome o WHERE o.place_id = bin.id
                            AND o.kind IN ('emptied', 'not_full', 'missing') ORDER BY o.at DESC LIMIT 1) there
        WHERE bin.kind IN ('bin_slot', 'bin_site')
    ) last
    CROSS JOIN LATERAL (SELECT r.id FROM visit_request r
                        WHERE r.place_id = asked.place_id AND r.at > coalesce(last.at, '-infinity')
                        OFFSET 0) r -- place by place, never all requests beside all places
    WHERE NOT EXISTS (SELECT FROM visit_request_withdrawn w WHERE w.request_id = r.id)
$$;
REVOKE ALL ON FUNCTION open_visit_requests() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_visit_requests() TO hereabouts_api, hereabouts_jobs;

-- A page of requests that ended begins where the last one stopped.
CREATE INDEX visit_request_at ON visit_request (at, id);
