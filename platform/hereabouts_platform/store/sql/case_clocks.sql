-- The clocks of cases as they were worked out.

-- name: standing
SELECT id, key, says FROM case_clock WHERE case_id = %(case)s AND superseded_at IS NULL

-- name: supersede
UPDATE case_clock SET superseded_at = clock_timestamp() WHERE id = ANY (%(ids)s::bigint[]) AND superseded_at IS NULL

-- name: add
INSERT INTO case_clock (case_id, key, name, state, start_event, due_at, met_at, met_by, rules_sha256, says,
                        computed_after)
SELECT %(case)s, u.key, u.name, u.state, u.start_event, u.due_at, u.met_at, u.met_by, u.rules_sha256, u.says,
       %(event)s
FROM unnest(%(keys)s::text[], %(names)s::text[], %(states)s::text[], %(starts)s::bigint[], %(dues)s::timestamptz[],
            %(mets)s::timestamptz[], %(met_bys)s::text[], %(hashes)s::text[], %(says)s::jsonb[])
    WITH ORDINALITY AS u (key, name, state, start_event, due_at, met_at, met_by, rules_sha256, says, place)
ORDER BY u.place

-- name: history
-- Every row there ever was, oldest first.
SELECT id, key, says, computed_at, computed_after, superseded_at FROM case_clock WHERE case_id = %(case)s ORDER BY id
