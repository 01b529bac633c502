-- What came in at the door, kept with the batch: for each source and hour of arrival how many of the batch's messages
-- came in, counted before anything was understood. Three arrays side by side. And when a device was last heard here.

ALTER TABLE batch ADD door_sources smallint[] NOT NULL DEFAULT '{}', ADD door_hours timestamptz[] NOT NULL DEFAULT '{}',
    ADD door_counts int[] NOT NULL DEFAULT '{}';
ALTER TABLE device_heard ADD received_at timestamptz;
