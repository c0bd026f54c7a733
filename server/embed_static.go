package server

import (
	"context"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/patchbay/patchbay/operations"
	sdk "github.com/patchbay/patchbay/server/embed"
)

// getAsset serves a file of the browser SDK to any page.
func (s *Server) getAsset(_ context.Context, x *exchange) error {
	x.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	asset, known := s.assets[x.param("file")]
	if !known {
		return operations.Errorf(operations.CodeNotFound, "the browser SDK has no such file; it has patchbay.js and patchbay-elements.js")
	}
	x.Set("Cross-Origin-Resource-Policy", "cross-origin")
	x.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	x.Set(fiber.HeaderCacheControl, "public, max-age=300")
	if asset.Immutable {
		x.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	}
	body, coding := encoded(asset, x.Get(fiber.HeaderAcceptEncoding))
	tag := asset.ETag
	if coding != "" {
		x.Set(fiber.HeaderContentEncoding, coding)
		tag = strings.TrimSuffix(tag, `"`) + "-" + coding + `"`
	}
	x.Set(fiber.HeaderETag, tag)
	if matchesTag(x.Get(fiber.HeaderIfNoneMatch), tag) {
		x.Response().Header.Del(fiber.HeaderContentEncoding)
		x.Status(http.StatusNotModified)
		return nil
	}
	return x.send(answer{http.StatusOK, asset.ContentType, body})
}

// encoded gives the form of a file that the client likes best of those that are at hand.
func encoded(asset sdk.Asset, accepted string) (body []byte, coding string) {
	for _, form := range []struct {
		coding string
		body   func() []byte
	}{{"br", asset.Brotli}, {"gzip", asset.Gzip}} {
		if accepts(accepted, form.coding) {
			return form.body(), form.coding
		}
	}
	return asset.Plain, ""
}

// accepts reads Accept-Encoding as far as it matters: a coding that is named, and not with a weight of nothing.
func accepts(header, coding string) bool {
	for item := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(item), ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		weight = strings.ReplaceAll(weight, " ", "")
		return strings.Trim(strings.TrimPrefix(weight, "q="), "0.") != "" || weight == ""
	}
	return false
}

// matchesTag tells whether an If-None-Match names an entity tag. Weak ones count too: RFC 9110, section 13.1.2.
func matchesTag(header, tag string) bool {
	for item := range strings.SplitSeq(header, ",") {
		item = strings.TrimSpace(item)
		if item == "*" || strings.TrimPrefix(item, "W/") == tag {
			return true
		}
	}
	return false
}
