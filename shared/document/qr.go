package document

import "github.com/skip2/go-qrcode"

// modulesOf is the QR code of an address, without the margin: the paper around it is white. Medium correction: a fold or a stain does not spoil it.
// None for an empty address, or one too long to be a code.
func modulesOf(address string) [][]bool {
	if address == "" {
		return nil
	}
	code, err := qrcode.New(address, qrcode.Medium)
	if err != nil {
		return nil
	}
	code.DisableBorder = true
	return code.Bitmap()
}
