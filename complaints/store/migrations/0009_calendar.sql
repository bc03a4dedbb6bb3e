-- +goose Up
-- The calendar by which the open deadlines stand (calendar.Workdays.Version). A process that knows another one computes them anew.
CREATE TABLE complaints.calendar (
    one     boolean PRIMARY KEY DEFAULT true CHECK (one),
    version text    NOT NULL
);
DROP INDEX complaints.complaint_provisional;
