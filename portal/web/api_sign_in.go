package web

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/shared/fault"
	"shebao/shared/server"
)

// signInJSONRow is one place where the person is signed in.
type signInJSONRow struct {
	ID        string    `json:"id"` // sealed: good for an hour, and for its person only
	Device    string    `json:"device"`
	StartedAt time.Time `json:"started_at"`
	UsedAt    time.Time `json:"used_at"` // to some ten minutes
	Shared    bool      `json:"shared"`
	Current   bool      `json:"current"`
}

// listSignInsJSON names where the person is signed in, the latest first.
func (s *Site) listSignInsJSON(c *fiber.Ctx) error {
	who := visitor(c)
	list, err := s.Sessions.SignIns(c.UserContext(), who.id, server.Now(c))
	if err != nil {
		return err
	}
	rows := make([]signInJSONRow, 0, len(list))
	for _, one := range list {
		row := signInJSONRow{Device: one.Device, StartedAt: one.StartedAt.UTC(), UsedAt: one.UsedAt.UTC(), Shared: one.Shared, Current: one.Session == who.session}
		if row.ID, err = s.seal(c, ownUse(c, useSignIn), one.Session, time.Hour); err != nil {
			return err
		}
		rows = append(rows, row)
	}
	return c.JSON(fiber.Map{"sign_ins": rows})
}

// endSignInJSON ends one of the person's sign-ins, or with "others" all but this one. Error: fault.NotFound.
func (s *Site) endSignInJSON(c *fiber.Ctx) error {
	who, now := visitor(c), server.Now(c)
	if c.Params("id") == "others" {
		if err := s.Sessions.EndOthers(c.UserContext(), who.id, who.session, now); err != nil {
			return err
		}
		return c.SendStatus(fiber.StatusNoContent)
	}
	var session string
	if !s.unseal(c, ownUse(c, useSignIn), c.Params("id"), &session) {
		return fault.New(fault.NotFound, "fault.page")
	}
	if err := s.Sessions.End(c.UserContext(), session, now); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// accessJSON is one look at the record.
type accessJSON struct {
	At     time.Time `json:"at"`
	Role   string    `json:"role"`
	Action string    `json:"action"`
	Reason string    `json:"reason"`
	CaseNo string    `json:"case_number"`
	Helper string    `json:"helper"` // masked name of an authorised helper
}

// listAccessesJSON names who else has looked at the record, the latest first.
func (s *Site) listAccessesJSON(c *fiber.Ctx) error {
	list, err := s.Sessions.SeenByOthers(c.UserContext(), visitor(c).id, accessesOfOthers)
	if err != nil {
		return err
	}
	rows := make([]accessJSON, 0, len(list))
	for _, one := range list {
		row := accessJSON{At: one.At.UTC(), Role: one.Role, Action: one.Action, CaseNo: one.CaseNo}
		if one.Helper != 0 {
			if row.Helper, err = s.maskedName(c.UserContext(), one.Helper); err != nil {
				return err
			}
		} else {
			row.Reason = one.Reason
		}
		rows = append(rows, row)
	}
	return c.JSON(fiber.Map{"accesses": rows})
}
