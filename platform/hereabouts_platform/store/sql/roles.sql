-- Statements about database roles.

-- name: role_exists
SELECT 1 FROM pg_roles WHERE rolname = %s

-- name: database_exists
SELECT 1 FROM pg_database WHERE datname = 'hereabouts'

-- name: create_database
CREATE DATABASE hereabouts OWNER hereabouts_owner
