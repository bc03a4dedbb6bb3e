-- +goose Up
-- Which key a receipt's hash was made with, by its short name: only the code itself could make it anew, and nobody but the reporter has that. NULL: from before there were names.
ALTER TABLE intake.mailbox ADD COLUMN receipt_key text;
