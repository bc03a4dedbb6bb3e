package server

import (
	"time"

	"github.com/valyala/fasthttp"
)

// Uploads are the addresses that take files: they alone may send much and take their time over it, since an old phone sends a photo slowly.
// Everything else keeps the small limit, so that nobody fills the memory through a form.
type Uploads struct {
	At    func(path string) bool
	Limit int // bytes of one request
}

// uploadTime is how long one may take: 30 MB over a line of 2 Mbit/s.
const uploadTime = 2 * time.Minute

// limits of a request whose head has been read and whose body has not. Zero values keep the server's own.
func (u Uploads) limits(head *fasthttp.RequestHeader) fasthttp.RequestConfig {
	if !head.IsPost() || !u.At(path(head.RequestURI())) {
		return fasthttp.RequestConfig{}
	}
	return fasthttp.RequestConfig{MaxRequestBodySize: u.Limit, ReadTimeout: uploadTime}
}

// path of an address without its query.
func path(uri []byte) string {
	for i, b := range uri {
		if b == '?' {
			return string(uri[:i])
		}
	}
	return string(uri)
}
