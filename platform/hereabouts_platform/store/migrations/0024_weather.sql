-- Weather that the job `weather` fetches goes in by the door of webhooks, like any other message. The jobs' login may
-- hand in nothing else by it: an answer for one weather station, in the name of the service that answered, and only for
-- a device that stands for a service and has never been anywhere else. NULL where it is not taken now: the last answer
-- still waits for ingest, or somebody has switched the source off.
CREATE FUNCTION hand_in_weather(station text, body bytea, at timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    service constant text := 'open_meteo:' || station;
    feed    source;
    number  bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM place WHERE id = station AND kind = 'weather_station' AND lon IS NOT NULL) THEN
        RAISE EXCEPTION 'weather is taken for weather stations with a position' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM deployment WHERE device_id = service AND place_id <> station) THEN
        RAISE EXCEPTION 'the device of the weather service was elsewhere' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO source (name, topic_filter, envelope) VALUES ('weather', NULL, 'open_meteo') ON CONFLICT (name) DO NOTHING;
    SELECT * INTO feed FROM source WHERE name = 'weather';
    IF feed.envelope <> 'open_meteo' THEN
        RAISE EXCEPTION 'the source weather belongs to another feed' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT feed.enabled OR EXISTS (SELECT FROM post WHERE source_id = feed.id AND topic = 'weather/' || station
                                                          AND outcome IS NULL) THEN
        RETURN NULL;
    END IF;
    INSERT INTO device (id, profile_id) VALUES (service, 'plain') ON CONFLICT (id) DO NOTHING;
    -- Files of this service were imported up to an hour that is past: from here on it is expected to go on.
    UPDATE deployment SET to_at = NULL WHERE device_id = service AND to_at IS NOT NULL
        AND from_at = (SELECT max(from_at) FROM deployment WHERE device_id = service);
    INSERT INTO deployment (device_id, place_id, from_at, mount)
    SELECT service, station, 'epoch', '{"service": "open_meteo"}'
    WHERE NOT EXISTS (SELECT FROM deployment WHERE device_id = service);
    UPDATE datastream s SET period_s = 3600 FROM deployment d
    WHERE d.id = s.deployment_id AND d.device_id = service AND s.quantity = 'rainfall' AND s.period_s IS NULL;
    number := nextval('post_number');
    INSERT INTO post (post_id, index, source_id, topic, payload, received_at, speaks_for)
    VALUES (number, 0, feed.id, 'weather/' || station, body, at, ARRAY[feed.id]);
    PERFORM pg_notify('hereabouts_post', '');
    RETURN number;
END $$;
REVOKE ALL ON FUNCTION hand_in_weather(text, bytea, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hand_in_weather(text, bytea, timestamptz) TO hereabouts_jobs;
