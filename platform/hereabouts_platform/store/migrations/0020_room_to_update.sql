-- Rows that every batch updates. A page that keeps half of its room free takes the next version of each of its rows
-- beside the old one, so that no index changes and the batch after cleans up: measured at full speed, a third of what
-- PostgreSQL spends on a message went into these two tables. They hold a row a device or datastream, so stay small.
ALTER TABLE device_heard SET (fillfactor = 45);
ALTER TABLE latest SET (fillfactor = 45);
