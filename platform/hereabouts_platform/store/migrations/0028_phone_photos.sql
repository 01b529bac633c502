-- Photos as phones keep them may be attached to cases too: HEIC (ISO/IEC 23008-12), which browsers do not show.

ALTER TABLE case_file DROP CONSTRAINT case_file_media_type_check;
ALTER TABLE case_file ADD CONSTRAINT case_file_media_type_check CHECK (media_type IN (
    'image/jpeg', 'image/png', 'image/webp', 'image/heic', 'image/heif', 'application/pdf', 'text/plain', 'text/csv'));
