package wire

import "net/http"

// Takes tells whether a request is one that this transport sends: to an http or https URL, with no body or a short one
// that can be had again.
func Takes(request *http.Request) bool {
	u, host := request.URL, request.Host
	switch {
	case !supported || u == nil || u.Scheme != "http" && u.Scheme != "https" || u.Opaque != "":
		return false
	case !ofHosts.cover(u.Host) || host != "" && host != u.Host && !ofHosts.cover(host):
		return false
	case request.Method == http.MethodConnect || request.Close || len(request.TransferEncoding)+len(request.Trailer) > 0:
		return false
	case request.Header["Expect"] != nil || request.Header["Upgrade"] != nil || request.Header["Connection"] != nil:
		return false
	default:
		return bodiless(request) || request.GetBody != nil && request.ContentLength > 0 && request.ContentLength <= MaxBody
	}
}

func method(request *http.Request) string {
	if request.Method == "" {
		return http.MethodGet
	}
	return request.Method
}

// contentLength is what to announce; -1: nothing.
func contentLength(request *http.Request) int64 {
	if !bodiless(request) {
		return request.ContentLength
	}
	switch request.Method {
	case http.MethodPost, http.MethodPut, http.MethodPatch:
		return 0
	default:
		return -1
	}
}

func bodiless(request *http.Request) bool { return request.Body == nil || request.Body == http.NoBody }

func closeBody(request *http.Request) {
	if request.Body != nil {
		_ = request.Body.Close()
	}
}

func hostHeader(request *http.Request) string {
	if request.Host == "" {
		return request.URL.Host
	}
	return request.Host
}

// isReplayable tells whether a request may be sent again though the service may have got it. It is net/http's rule.
func isReplayable(request *http.Request) bool {
	switch request.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return true
	}
	return request.Header["Idempotency-Key"] != nil || request.Header["X-Idempotency-Key"] != nil
}
