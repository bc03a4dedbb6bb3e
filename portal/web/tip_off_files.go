package web

import (
	"github.com/gofiber/fiber/v2"

	"shebao/shared/intake"
)

// takeTipOffFiles adds files to a tip-off on its check page, or takes one back. What was written stays.
func (s *Site) takeTipOffFiles(c *fiber.Ctx) error {
	sent, err := readFiles(c)
	if err != nil {
		return err
	}
	f := readTipOff(sent.get)
	var key intake.Key
	if !s.unseal(c, useFiling, f.key, &key) {
		return s.staleTipOff(c, f)
	}
	if err := s.allowForm(c); err != nil {
		return err
	}
	list, refused, err := s.takeFiles(c, key, s.filesOf(c, f.files), sent)
	if err != nil {
		return err
	}
	t, offered, wrong, err := s.checkTipOff(c, f)
	if err != nil {
		return err
	}
	if len(wrong) > 0 { // such as a sign-in that has ended meanwhile: the files stay with the form
		if f.files, err = s.seal(c, useFiles, list, formLife); err != nil {
			return err
		}
		for i := range refused { // this page has no field for files
			refused[i].Name = "main"
		}
		return s.tipOffPage(c, f, offered, fieldErrors(lang(c), append(wrong, refused...)))
	}
	if len(refused) > 0 {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return s.checkPage(c, f, t, list, fieldErrors(lang(c), refused))
}
