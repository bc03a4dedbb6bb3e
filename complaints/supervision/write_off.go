package supervision

import "shebao/shared/fault"

// Writing arrears off that a bankruptcy cannot cover takes three approvals in this order: the labour department, the finance department, the local government
// (劳社部发〔1999〕36号). Each is somebody else's signature, registered with its document.
var WriteOffOrder = [...]string{"labour", "finance", "government"}

// WriteOffNext is who has to approve next; empty when all have. given are the approvals so far, in order.
func WriteOffNext(given int) string {
	if given < 0 || given >= len(WriteOffOrder) {
		return ""
	}
	return WriteOffOrder[given]
}

// ApproveWriteOff says whether an authority's approval may be registered now. Errors: fault.Conflict when it is not its turn or all have approved; fault.Denied when
// the same member of staff registered an earlier one, so that one person alone never writes money off.
func ApproveWriteOff(given []int32, authority string, staff int32) error {
	if WriteOffNext(len(given)) != authority || authority == "" {
		return fault.New(fault.Conflict, "fault.register.writeoff.order")
	}
	if len(given) == len(WriteOffOrder)-1 {
		for _, earlier := range given {
			if earlier != staff {
				return nil
			}
		}
		return fault.New(fault.Denied, "fault.register.writeoff.alone")
	}
	return nil
}
