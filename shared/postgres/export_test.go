package postgres

// OpenPatient is Open with another patience, for tests.
var OpenPatient = open
