package portal

import (
	"shebao/portal/store"
	"shebao/shared/ledger"
)

// visits are kept by the portal; what was issued meanwhile the ledger knows.
type visits struct {
	*store.Store
	*ledger.Ledger
}
