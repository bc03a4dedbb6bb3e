-- +goose Up
-- What is announced since nobody could be reached is written down with its reason and with what was tried before (民事诉讼法 art. 95), and where it was announced. Announcements of before have none.
ALTER TABLE complaints.service ADD COLUMN why text NOT NULL DEFAULT '' CHECK (why IN ('', 'unknown', 'failed')), ADD COLUMN place text NOT NULL DEFAULT '', ADD COLUMN course text NOT NULL DEFAULT '';
ALTER TABLE complaints.service ADD CHECK (way <> 'announcement' OR (why <> '' AND place <> '' AND course <> '')) NOT VALID;
ALTER TABLE complaints.edition_letter_service ADD COLUMN why text NOT NULL DEFAULT '' CHECK (why IN ('', 'unknown', 'failed')), ADD COLUMN place text NOT NULL DEFAULT '', ADD COLUMN course text NOT NULL DEFAULT '';
ALTER TABLE complaints.edition_letter_service ADD CHECK (way <> 'announcement' OR (why <> '' AND place <> '' AND course <> '')) NOT VALID;

-- +goose Down
ALTER TABLE complaints.edition_letter_service DROP COLUMN why, DROP COLUMN place, DROP COLUMN course;
ALTER TABLE complaints.service DROP COLUMN why, DROP COLUMN place, DROP COLUMN course;
