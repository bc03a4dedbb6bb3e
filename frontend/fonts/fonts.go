// Package fonts holds the typeface of the documents that are printed. Pages use the fonts of the reader's device.
package fonts

import _ "embed" // the font file

// NotoSerifSC is Noto Serif SC Regular (思源宋体) as TrueType, © Google and Adobe, under the SIL Open Font License 1.1 (OFL.txt): a Song face, as official documents
// have it, with every character of GBK, of the Unified Ideographs and of their Extension A. It is taken unaltered from the npm package @expo-google-fonts/noto-serif-sc 0.4.3.
//
//go:embed NotoSerifSC-Regular.ttf
var NotoSerifSC []byte
