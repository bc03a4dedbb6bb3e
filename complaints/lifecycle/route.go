package lifecycle

import "shebao/shared/calendar"

// Route is the procedure that a matter goes through; each has clocks of its own.
type Route string

// The routes.
const (
	LabourComplaint Route = "labour_inspection_complaint" // 投诉: the reporter's own rights (劳动保障监察条例 art. 9)
	LabourTipOff    Route = "labour_inspection_tipoff"    // 举报 by anybody
	AuditTipOff     Route = "audit_tipoff"                // 稽核举报 (社会保险稽核办法)
	Audit           Route = "audit"                       // an audit from the plan: nobody reported it
	FundTipOff      Route = "fund_supervision_tipoff"     // 基金监督举报 (人社部令第49号)
	RecordObjection Route = "record_objection"            // 权益记录核查 (人社部令第14号 art. 16)
	Petition        Route = "petition"                    // 信访工作条例
	OtherAuthority  Route = "other_authority"             // not ours: handed over (社会保险法 art. 82)
)

// Routes in the order in which they are offered.
var Routes = [...]Route{LabourComplaint, LabourTipOff, AuditTipOff, Audit, FundTipOff, RecordObjection, Petition, OtherAuthority}

// RouteOf says which procedure a matter of a kind belongs to; ownRights tells a complaint from a tip-off about others. Unpaid contributions are never fund
// supervision (人社部令第49号: fraud, false claims and embezzlement only). Whoever screens may choose another route.
func RouteOf(kind string, ownRights bool) Route {
	switch {
	case kind == "fraud":
		return FundTipOff
	case kind == "record":
		return RecordObjection
	case ownRights:
		return LabourComplaint
	case kind == "not_registered":
		return LabourTipOff
	}
	return AuditTipOff
}

// Limitation is the day on which two years have passed since the unlawful act ended (劳动保障监察条例 art. 20), and whether that was before the receipt. An act
// that goes on (no last month) has no such day. It is a note for whoever decides and never a refusal: courts do not let art. 20 alone stop the recovery of contributions.
func Limitation(last calendar.Period, received calendar.Date) (on calendar.Date, passed bool) {
	if last == 0 {
		return calendar.Date{}, false
	}
	end := last.Add(1).FirstDay().AddDays(-1)
	on = calendar.NewDate(end.Year+2, end.Month, end.Day)
	if on.Month != end.Month { // 29 February has no anniversary: the month's last day
		on = on.AddDays(-on.Day)
	}
	return on, on.Before(received)
}

// RefusalCodes say why a report is not accepted. That a limitation has passed is none of them.
var RefusalCodes = [...]string{"no_employer", "no_leads", "not_competent", "in_arbitration", "already_decided", "same_reporter", "not_infringed"}
