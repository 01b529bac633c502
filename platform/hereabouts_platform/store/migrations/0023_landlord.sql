-- Who writes to tenants and how to reach them, as settings say: for the letters that the API drafts. A letter of today
-- names who answers today, so it stands with the settings and is not copied into cases.

ALTER TABLE case_policy ADD COLUMN landlord jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(landlord) = 'object');
GRANT UPDATE (landlord) ON case_policy TO hereabouts_jobs;
