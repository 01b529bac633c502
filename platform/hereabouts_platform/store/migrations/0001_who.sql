-- Who acts: principals, their roles, keys and sessions, and the append-only audit.
-- The four database roles (owner, ingest, jobs, api) exist before this runs: see store/roles.py.

CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE principal (
    id          int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('person', 'service', 'system')),
    name        text NOT NULL UNIQUE CHECK (name <> ''),
    created_at  timestamptz NOT NULL DEFAULT now(),
    disabled_at timestamptz
);

-- A role with its scope. An empty scope means everywhere; areas and services narrow it.
CREATE TABLE principal_role (
    principal_id int NOT NULL REFERENCES principal,
    role         text NOT NULL CHECK (role IN ('administrator', 'reader')),
    scope        jsonb NOT NULL DEFAULT '{}',
    granted_at   timestamptz NOT NULL DEFAULT now(),
    granted_by   int REFERENCES principal,
    PRIMARY KEY (principal_id, role)
);

CREATE TABLE api_key (
    id           int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    principal_id int NOT NULL REFERENCES principal,
    name         text NOT NULL,
    key_hash     bytea NOT NULL UNIQUE CHECK (octet_length(key_hash) = 32),
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz,
    revoked_at   timestamptz
);

-- A browser's sign-in. Links live ten minutes and work once; sessions follow from them.
CREATE TABLE sign_in_link (
    token_hash   bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    principal_id int NOT NULL REFERENCES principal,
    expires_at   timestamptz NOT NULL,
    used_at      timestamptz
);

CREATE TABLE session (
    token_hash   bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    principal_id int NOT NULL REFERENCES principal,
    api_key_id   int REFERENCES api_key, -- the key it was opened with: revoking the key ends the session
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    ended_at     timestamptz
);

CREATE TABLE audit (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    principal_id int NOT NULL REFERENCES principal,
    action       text NOT NULL,
    resource     text NOT NULL,
    detail       jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_at ON audit (at);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The principal of this transaction, as `SET LOCAL hereabouts.principal` names it; NULL when nobody is named.
CREATE FUNCTION current_principal() RETURNS int LANGUAGE sql STABLE AS
    $$ SELECT nullif(current_setting('hereabouts.principal', true), '')::int $$;

-- What the api role may know of keys and sessions: who stands behind a hash, never the hashes themselves.
CREATE FUNCTION principal_roles(wanted int)
RETURNS TABLE (id int, name text, kind text, roles text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.id, p.name, p.kind, coalesce(array_agg(r.role ORDER BY r.role) FILTER (WHERE r.role IS NOT NULL), '{}')
    FROM principal p LEFT JOIN principal_role r ON r.principal_id = p.id
    WHERE p.id = wanted AND p.disabled_at IS NULL
    GROUP BY p.id
$$;

CREATE FUNCTION principal_of_key(hash bytea)
RETURNS TABLE (id int, name text, kind text, roles text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.* FROM api_key k, principal_roles(k.principal_id) p
    WHERE k.key_hash = hash AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
$$;

CREATE FUNCTION principal_of_session(hash bytea)
RETURNS TABLE (id int, name text, kind text, roles text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.* FROM session s LEFT JOIN api_key k ON k.id = s.api_key_id, principal_roles(s.principal_id) p
    WHERE s.token_hash = hash AND s.ended_at IS NULL AND s.expires_at > now()
      AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
$$;

CREATE FUNCTION principal_of_name(wanted text)
RETURNS TABLE (id int, name text, kind text, roles text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.* FROM principal p, principal_roles(p.id) r WHERE p.name = wanted
$$;

-- A session opens only against a working key or an unused link; the api role has no other way to one.
CREATE FUNCTION session_from_key(key bytea, token bytea, until timestamptz)
RETURNS TABLE (id int, name text, kind text, roles text[])
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH opened AS (
        INSERT INTO session (token_hash, principal_id, api_key_id, expires_at)
        SELECT token, p.id, k.id, until FROM api_key k, principal_of_key(key) p WHERE k.key_hash = key
        RETURNING principal_id
    )
    SELECT p.* FROM opened, principal_roles(opened.principal_id) p
$$;

-- Uses up the link, once, and opens its principal's session.
CREATE FUNCTION session_from_link(link bytea, token bytea, until timestamptz)
RETURNS TABLE (id int, name text, kind text, roles text[])
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH used AS (
        UPDATE sign_in_link SET used_at = now()
        WHERE token_hash = link AND used_at IS NULL AND expires_at > now()
        RETURNING principal_id
    ), opened AS (
        INSERT INTO session (token_hash, principal_id, expires_at)
        SELECT token, p.id, until FROM used, principal_roles(used.principal_id) p
        RETURNING principal_id
    )
    SELECT p.* FROM opened, principal_roles(opened.principal_id) p
$$;

CREATE FUNCTION end_session(hash bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE session SET ended_at = now() WHERE token_hash = hash AND ended_at IS NULL
$$;

INSERT INTO principal (kind, name) VALUES
    ('system', 'system:command'), ('system', 'system:ingest'), ('system', 'system:jobs'), ('system', 'system:api');
INSERT INTO principal_role (principal_id, role)
    SELECT id, 'administrator' FROM principal WHERE name IN ('system:command', 'system:ingest', 'system:jobs');

REVOKE ALL ON FUNCTION principal_roles(int), principal_of_name(text), principal_of_key(bytea),
    principal_of_session(bytea), session_from_key(bytea, bytea, timestamptz),
    session_from_link(bytea, bytea, timestamptz), end_session(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION principal_of_key(bytea), principal_of_session(bytea),
    session_from_key(bytea, bytea, timestamptz), session_from_link(bytea, bytea, timestamptz),
    end_session(bytea) TO hereabouts_api;
GRANT EXECUTE ON FUNCTION principal_of_name(text) TO hereabouts_ingest, hereabouts_jobs, hereabouts_api;
GRANT SELECT (id, kind, name, disabled_at) ON principal TO hereabouts_ingest, hereabouts_jobs, hereabouts_api;

-- Everyone writes the audit in their own name alone.
ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
CREATE POLICY audit_own_name ON audit FOR INSERT TO hereabouts_ingest, hereabouts_jobs, hereabouts_api
    WITH CHECK (principal_id = current_principal());
GRANT INSERT ON audit TO hereabouts_ingest, hereabouts_jobs, hereabouts_api;
GRANT SELECT ON migration TO hereabouts_ingest, hereabouts_jobs, hereabouts_api;
GRANT USAGE ON SCHEMA public TO hereabouts_ingest, hereabouts_jobs, hereabouts_api;
