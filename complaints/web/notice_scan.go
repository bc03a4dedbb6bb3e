package web

import (
	"io"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/shared/evidence"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// TakesScans reports whether an address takes a file: the scan of a service slip, or a file for the case.
func TakesScans(path string) bool {
	return strings.HasPrefix(path, "/cases/") && (strings.HasSuffix(path, "/scan") || strings.HasSuffix(path, "/files")) || strings.HasPrefix(path, "/supervision/publications/") && strings.HasSuffix(path, "/letters/scan")
}

// ScanLimit is how many bytes such a request may have: one file and the form around it.
const ScanLimit = evidence.MaxBytes + 64<<10

// takeScan keeps the scanned slip of the document's service; the file is judged by its content.
func (s *Site) takeScan(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "fault.notice.none")
	}
	name, content, err := sentFile(c)
	if err != nil {
		return err
	}
	f, err := evidence.Check(name, content)
	if err != nil {
		return s.noticeDone(c, err, nil)
	}
	return s.noticeDone(c, s.Money.AddScan(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), id, f, server.Now(c)), nil)
}

// sentFile reads the one file of a form; none is an empty one, which is refused with the field named.
func sentFile(c *fiber.Ctx) (name string, content []byte, err error) {
	part, err := c.FormFile("file")
	if err != nil {
		return "", nil, nil //nolint:nilerr // no file was chosen
	}
	file, err := part.Open()
	if err != nil {
		return "", nil, err
	}
	defer func() { _ = file.Close() }() // read only
	content, err = io.ReadAll(io.LimitReader(file, evidence.MaxBytes+1))
	return part.Filename, content, err
}

// showScan sends the scanned slip, to be saved rather than run.
func (s *Site) showScan(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "fault.notice.none")
	}
	mediaType, content, err := s.Money.Scan(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), id, server.Now(c))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, mediaType)
	c.Set(fiber.HeaderContentDisposition, "attachment")
	return c.Send(content)
}
