-- A dispatcher fixes for a day who goes to a bin, or behind which bin it comes.
ALTER TABLE visit_request
    ADD COLUMN vehicle_id text REFERENCES vehicle, -- by this vehicle only
    ADD COLUMN after_id   text REFERENCES place,   -- right after this bin, on the same round
    ADD CONSTRAINT visit_request_fixed_by_hand
        CHECK ((vehicle_id IS NULL AND after_id IS NULL) OR (kind = 'manual' AND day IS NOT NULL)),
    ADD CONSTRAINT visit_request_after_another CHECK (after_id <> place_id);

-- Only who sends crews speaks as a dispatcher.
ALTER POLICY visit_request_told ON visit_request
    WITH CHECK ((SELECT works_rounds()) AND principal_id = current_principal()
                AND (kind <> 'manual' OR (SELECT sends_crews()))
                AND EXISTS (SELECT FROM place p WHERE p.id = place_id));
