-- +goose Up
-- Why each figure of an edition is left out, for the desk alone: who reads what is published learns nothing of it. Editions of before do not tell.
ALTER TABLE complaints.edition ADD COLUMN left_out jsonb;
