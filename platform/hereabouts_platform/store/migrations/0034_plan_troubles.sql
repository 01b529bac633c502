-- What a person has to look at stays with the plan that was made of it, whoever made it.

-- `troubles`: [{kind, about, says, count, home}] as in schemas/trouble.py; `home`: the home or room that it is about, where
-- it is about one. `no_map`: the vehicle classes whose distances were as the crow flies, where the plan says which.
ALTER TABLE round_plan
    ADD COLUMN troubles jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(troubles) = 'array'),
    ADD COLUMN no_map   text[] NOT NULL DEFAULT '{}';

-- To a crew, which sees the plans of its rounds, nothing is told (NULL); to whoever sees every round all of it, but for
-- homes that they may not see.
CREATE FUNCTION plan_troubles(wanted bigint) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce((SELECT jsonb_agg(t ORDER BY n) FROM jsonb_array_elements(p.troubles) WITH ORDINALITY each (t, n)
                     WHERE t ->> 'home' IS NULL OR sees_every_home() OR t ->> 'home' IN (SELECT seen_homes())), '[]')
    FROM round_plan p WHERE p.id = wanted AND sees_every_round()
$$;
REVOKE ALL ON FUNCTION plan_troubles(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION plan_troubles(bigint) TO hereabouts_api;
GRANT SELECT (no_map) ON round_plan TO hereabouts_api;
