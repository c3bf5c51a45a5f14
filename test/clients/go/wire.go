package main

import "net/http"

// recorder keeps how the newest request went over the wire.
type recorder struct {
	next   http.RoundTripper
	newest request
}

type request struct {
	path, contentType, encoding, protocol string
}

func (r *recorder) RoundTrip(sent *http.Request) (*http.Response, error) {
	r.newest = request{
		path:        sent.URL.Path,
		contentType: sent.Header.Get("Content-Type"),
		encoding:    sent.Header.Get("Content-Encoding"),
		protocol:    sent.Header.Get("Smithy-Protocol"),
	}
	return r.next.RoundTrip(sent)
}
