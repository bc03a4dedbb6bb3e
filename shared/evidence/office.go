package evidence

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"
)

// Limits on an Office file, which is a ZIP archive: what it becomes when unpacked, and of how many parts.
const (
	mostParts    = 2000
	mostPart     = 48 << 20
	mostDocument = 96 << 20
	mostRatio    = 200 // of one part: text packs 10 to 40 times, a sheet of equal cells about 100
)

func isDOCX(b []byte) bool { return holdsPart(b, "word/document.xml") }
func isXLSX(b []byte) bool { return holdsPart(b, "xl/workbook.xml") }

func holdsPart(b []byte, name string) bool {
	if !bytes.HasPrefix(b, []byte("PK\x03\x04")) {
		return false
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return false
	}
	for _, f := range z.File {
		if f.Name == name {
			return true
		}
	}
	return false
}

func cleanDOCX(b []byte) (cleaned, error) { return cleanOffice(b, "word/") }
func cleanXLSX(b []byte) (cleaned, error) { return cleanOffice(b, "xl/") }

// cleanOffice writes the archive anew with the parts that make the document (ECMA-376). Macros, embedded objects and links that are followed by themselves
// are refused; author, company, times and thumbnails go. Names within comments and tracked changes stay, and the file says so.
func cleanOffice(b []byte, folder string) (cleaned, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return cleaned{}, refuse("evidence.fault.broken")
	}
	if len(z.File) > mostParts {
		return cleaned{}, refuse("evidence.fault.bomb")
	}
	c := cleaned{}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	seen, total := map[string]bool{}, 0
	for _, part := range z.File {
		name := part.Name
		if name != path.Clean(name) || strings.HasPrefix(name, "/") || strings.HasPrefix(name, "..") || strings.ContainsAny(name, "\\\x00") {
			if strings.HasSuffix(name, "/") && part.UncompressedSize64 == 0 {
				continue // a folder's own entry
			}
			return c, refuse("evidence.fault.broken")
		}
		if lower := strings.ToLower(name); seen[lower] {
			return c, refuse("evidence.fault.broken") // two parts of one name: a checker may read one and a reader the other
		} else if seen[lower] = true; part.Flags&1 != 0 {
			return c, refuse("evidence.fault.office.encrypted")
		}
		content, err := unpack(part)
		if err != nil {
			return c, err
		}
		if total += len(content); total > mostDocument {
			return c, refuse("evidence.fault.bomb")
		}
		content, removed, err := officePart(name, folder, content)
		if err != nil {
			return c, err
		}
		if removed != "" {
			c.removed = append(c.removed, removed)
		}
		c.remains = c.remains || strings.Contains(strings.ToLower(name), "comment") || bytes.Contains(content, []byte("w:author="))
		if err := writePart(w, name, content); err != nil {
			return c, err
		}
	}
	if err := w.Close(); err != nil {
		return c, err
	}
	if out.Len() > MaxBytes {
		return c, refuse("evidence.fault.large", MaxBytes>>20)
	}
	c.content = out.Bytes()
	return c, nil
}

func unpack(part *zip.File) ([]byte, error) {
	r, err := part.Open()
	if errors.Is(err, zip.ErrAlgorithm) || err != nil {
		return nil, refuse("evidence.fault.broken")
	}
	content, err := io.ReadAll(io.LimitReader(r, mostPart+1))
	if len(content) > mostPart || len(content) > 1<<20 && uint64(len(content)) > mostRatio*max(part.CompressedSize64, 1) {
		return nil, refuse("evidence.fault.bomb")
	}
	if err != nil || r.Close() != nil {
		return nil, refuse("evidence.fault.broken")
	}
	return content, nil
}

func writePart(w *zip.Writer, name string, content []byte) error {
	entry, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate}) // no time
	if err != nil {
		return err
	}
	_, err = entry.Write(content)
	return err
}

// Empty property parts, so that what refers to them still holds.
const (
	noCore   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>`
	noApp    = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>`
	noCustom = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>`
)

// officePart judges one part and returns what is kept of it.
func officePart(name, folder string, content []byte) (kept []byte, removed string, err error) {
	lower := strings.ToLower(name)
	base := path.Base(lower)
	switch {
	case strings.Contains(base, "vbaproject") || strings.Contains(lower, "activex/") || strings.Contains(lower, "macrosheets/") || strings.Contains(lower, "dialogsheets/") ||
		strings.Contains(lower, "customui"):
		return nil, "", refuse("evidence.fault.office.macro")
	case strings.Contains(lower, "embeddings/") || strings.HasSuffix(lower, ".bin") && !strings.Contains(base, "printersettings"):
		return nil, "", refuse("evidence.fault.office.embedded")
	case strings.HasPrefix(lower, "docprops/"):
		return officeProperties(lower, content)
	case base == "[content_types].xml":
		if bytes.Contains(bytes.ToLower(content), []byte("macroenabled")) {
			return nil, "", refuse("evidence.fault.office.macro")
		}
	case strings.HasSuffix(lower, ".rels"):
		return content, "", officeLinks(content)
	case lower == folder+"document.xml" || strings.HasPrefix(lower, folder):
		if bytes.Contains(content, []byte("DDEAUTO")) || bytes.Contains(content, []byte("<ddeLink")) {
			return nil, "", refuse("evidence.fault.office.external")
		}
	}
	if strings.HasSuffix(lower, ".jpg") || strings.HasSuffix(lower, ".jpeg") || strings.HasSuffix(lower, ".png") {
		return officePicture(content)
	}
	return content, "", nil
}

func officeProperties(name string, content []byte) (kept []byte, removed string, err error) {
	switch {
	case strings.Contains(name, "thumbnail"):
		return nil, "thumbnail", nil
	case strings.HasSuffix(name, "core.xml"):
		return []byte(noCore), "author", nil
	case strings.HasSuffix(name, "app.xml"):
		return []byte(noApp), "author", nil
	case strings.HasSuffix(name, "custom.xml"):
		return []byte(noCustom), "author", nil
	}
	return content, "", nil
}

// officePicture removes what a photo within the document tells; a picture that cannot be read stays as it is.
func officePicture(content []byte) (kept []byte, removed string, err error) {
	clean := cleanPNG
	switch {
	case isJPEG(content):
		clean = cleanJPEG
	case !isPNG(content):
		return content, "", nil
	}
	c, err := clean(content)
	if err != nil {
		return content, "", nil //nolint:nilerr // the document's reader decides what it shows
	}
	if len(c.removed) > 0 {
		return c.content, "exif", nil
	}
	return c.content, "", nil
}

// officeLinks: what is outside may be a link to click, nothing that opens by itself (a remote template, a picture that counts its readers).
func officeLinks(content []byte) error {
	var rels struct {
		Relationship []struct {
			Type string `xml:"Type,attr"`
			Mode string `xml:"TargetMode,attr"`
		} `xml:"Relationship"`
	}
	if err := xml.Unmarshal(content, &rels); err != nil {
		return refuse("evidence.fault.broken")
	}
	for _, rel := range rels.Relationship {
		if strings.EqualFold(rel.Mode, "External") && !strings.HasSuffix(rel.Type, "/hyperlink") {
			return refuse("evidence.fault.office.external")
		}
	}
	return nil
}
