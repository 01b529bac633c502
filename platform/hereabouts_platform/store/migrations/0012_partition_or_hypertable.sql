-- A hypertable makes its own chunks: whoever asks for a partition of it needs nothing. Before this, asking was an error.
CREATE OR REPLACE FUNCTION make_partition(parent regclass, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    starts timestamptz := date_trunc('month', at, 'UTC');
    ends   timestamptz := (date_trunc('month', at AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC';
    child  text := parent::text || '_' || to_char(starts AT TIME ZONE 'UTC', 'YYYY_MM');
BEGIN
    IF parent::text NOT IN ('batch', 'uplink', 'reading') THEN
        RAISE EXCEPTION 'no partitions are made of %', parent;
    END IF;
    IF (SELECT relkind <> 'p' FROM pg_class WHERE oid = parent) THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('hereabouts partition'));
    IF to_regclass(child) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %s INCLUDING ALL)', child, parent);
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, child, starts, ends);
END $$;
