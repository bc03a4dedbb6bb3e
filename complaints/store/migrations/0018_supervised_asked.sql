-- +goose Up
-- Who changes what a figure depends on asks for a refresh. One that was asked for while another ran is not lost: the other answers only what had been asked when it began.
ALTER TABLE complaints.supervised ADD COLUMN asked integer NOT NULL DEFAULT 0, ADD COLUMN answered integer NOT NULL DEFAULT 0;
