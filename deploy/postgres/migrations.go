package postgres

import (
	"shebao/complaints"
	"shebao/ivr"
	"shebao/portal"
	"shebao/shared/audit"
	"shebao/shared/credential"
	"shebao/shared/eligibility"
	"shebao/shared/intake"
	"shebao/shared/ledger"
	"shebao/shared/postgres"
	"shebao/shared/publication"
	"shebao/shared/sms"
)

// Migrations of every module, in the order in which they may refer to each other.
func Migrations() []postgres.Migrations {
	return []postgres.Migrations{
		audit.Migrations(), ledger.Migrations, credential.Migrations(), intake.Migrations(), sms.Migrations(), eligibility.Migrations(), publication.Migrations(),
		portal.Migrations(), ivr.Migrations(), complaints.Migrations(),
	}
}
