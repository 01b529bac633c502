-- What an alert on a home puts down to: its first cause with the odds and the sentences for and against, as
-- {cause, title, odds, for, against}; and how a room changed from before the works, weather for weather, by measure.
ALTER TABLE alert ADD cause jsonb CHECK (jsonb_typeof(cause) = 'object');
ALTER TABLE relapse_watch ADD changes jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(changes) = 'array');
