package document

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"shebao/shared/config"
	"shebao/shared/pdf"
)

// Config are the settings of a press.
type Config struct {
	signer   *pdf.Signer
	rareFont string
	chosen   bool // by the settings: then it must be there
}

// rareFont is where Debian's fonts-hanazono puts the font with the characters of Extensions B to F.
const rareFont = "/usr/share/fonts/truetype/hanazono/HanaMinB.ttf"

// ReadConfig reads the settings; what is wrong is kept in the reader. SHEBAO_DOCUMENT_KEY is the seal's private key (PKCS #8, RSA or ECDSA), SHEBAO_DOCUMENT_CERT its
// certificate and those above it, separated by commas; all DER in unpadded URL base64. SHEBAO_RARE_FONT is a TrueType font for rare characters.
func ReadConfig(r *config.Reader) Config {
	path := r.Text("SHEBAO_RARE_FONT", "")
	c := Config{rareFont: path, chosen: path != ""}
	if path == "" {
		c.rareFont = rareFont
	}
	key, chain := r.Secret("SHEBAO_DOCUMENT_KEY", 32), r.Required("SHEBAO_DOCUMENT_CERT")
	if len(key) == 0 || chain == "" {
		return c
	}
	var certificates [][]byte
	for _, text := range strings.Split(chain, ",") {
		der, err := base64.RawURLEncoding.DecodeString(strings.TrimSpace(text))
		if err != nil {
			r.Problem("SHEBAO_DOCUMENT_CERT", "needs certificates in unpadded URL base64, separated by commas")
			return c
		}
		certificates = append(certificates, der)
	}
	signer, err := pdf.ParseSigner(key, certificates...)
	if err != nil {
		r.Problem("SHEBAO_DOCUMENT_KEY", "and SHEBAO_DOCUMENT_CERT do not make a seal: "+err.Error()) // of the parsers: never the key
	}
	c.signer = signer
	return c
}

// Open makes the press of these settings on the font of every document. Without a font for rare characters it prints the substitute for them. Errors: pdf.ErrFont, and a
// configured font that cannot be read.
func Open(c Config, font []byte) (*Press, error) {
	press, err := NewPress(font)
	if err != nil {
		return nil, err
	}
	press = press.Sealing(c.signer)
	rare, err := os.ReadFile(c.rareFont)
	if errors.Is(err, fs.ErrNotExist) && !c.chosen {
		return press, nil
	}
	if err != nil {
		return nil, fmt.Errorf("SHEBAO_RARE_FONT: %w", err)
	}
	if press, err = press.FallBackTo(rare); err != nil {
		return nil, fmt.Errorf("SHEBAO_RARE_FONT: %w", err)
	}
	return press, nil
}
