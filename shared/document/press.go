package document

import (
	"errors"
	"fmt"

	"shebao/shared/pdf"
)

// Press is what documents are drawn with: fonts, and the agency's electronic seal. It is made once; any number may draw with it at once.
type Press struct {
	font     *pdf.Font
	fallback []*pdf.Font
	signer   *pdf.Signer
}

// NewPress reads the font of every document. Error: pdf.ErrFont.
func NewPress(font []byte) (*Press, error) {
	parsed, err := pdf.ParseFont(font)
	if err != nil {
		return nil, err
	}
	return &Press{font: parsed}, nil
}

// FallBackTo is the press with one more font for the characters that the others lack. Error: pdf.ErrFont.
func (p Press) FallBackTo(font []byte) (*Press, error) {
	parsed, err := pdf.ParseFont(font)
	if err != nil {
		return nil, err
	}
	p.fallback = append(p.fallback[:len(p.fallback):len(p.fallback)], parsed)
	return &p, nil
}

// Sealing is the press that signs what it draws.
func (p Press) Sealing(s *pdf.Signer) *Press {
	p.signer = s
	return &p
}

// ErrModel says that a model cannot be drawn; a mistake of the program, not of a user.
var ErrModel = errors.New("document: model")

// Render draws a document, and signs it when the press seals. Errors: ErrModel, and the signer's.
func (p *Press) Render(d Document) ([]byte, error) {
	if d.Title == "" || d.Agency == "" || d.Created.IsZero() {
		return nil, fmt.Errorf("%w: no title, agency or time", ErrModel)
	}
	subject := d.Number
	for _, fact := range d.Facts {
		subject += " " + fact.Term + " " + fact.Value
	}
	s := &sheet{doc: &d, measures: measuresOf(d.Form), file: pdf.New(pdf.Info{Title: d.Title, Author: d.Agency, Subject: subject, Lang: d.Lang, Created: d.Created}, p.font, p.fallback...)}
	s.nextPage()
	s.head()
	for _, block := range d.Blocks {
		if err := block.draw(s); err != nil {
			return nil, err
		}
	}
	s.nameMissing()
	s.feet()
	return s.file.Bytes(p.signer)
}
