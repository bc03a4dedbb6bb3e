-- +goose Up
-- What is open, in the order of its deadlines: without it the last page of a list walks through everything that is over, looking for one more.
CREATE INDEX complaint_open_sort ON complaints.complaint (sort_due, id) WHERE state NOT IN ('closed', 'rejected', 'transferred_out', 'withdrawn', 'merged');
