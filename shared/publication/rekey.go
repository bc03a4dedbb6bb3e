package publication

import (
	"shebao/shared/rekey"
	"shebao/shared/seal"
)

// Rekeyed is what listed employers sealed to the desk: objections and their files.
func Rekeyed(content seal.PrivateKey) []rekey.Kind {
	const file = "objection_id || ' ' || encode(sha256, 'hex')"
	var kinds []rekey.Kind
	for _, c := range []rekey.Sealed{
		{What: "objections of listed employers", Table: "publication.objection", Column: "words", Key: "id", First: int64(0), Place: rekey.At(placeWords), AtOnce: 200},
		{What: "names of files of objections", Table: "publication.objection_file", Column: "name", Key: file, First: "", Place: rekey.At(placeName), AtOnce: 200},
		{What: "files of objections", Table: "publication.objection_file", Column: "content", Key: file, First: "", Place: rekey.At(placeFile), AtOnce: 4},
	} {
		c.Secret, c.Renew = "SHEBAO_DESK_CONTENT_PRIVATE", content.Renew
		kinds = append(kinds, c.Kind())
	}
	return kinds
}
