// Package embed holds the browser SDK: what is built out of src, ready to be served.
package embed

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

//go:embed dist
var dist embed.FS

// Asset is one file of the SDK.
type Asset struct {
	Name        string
	ContentType string
	ETag        string // a strong one, of the file itself
	Immutable   bool   // its name holds a hash of what is in it
	Plain       []byte

	// Gzip and Brotli give the file compressed, which is done when first asked for.
	Gzip, Brotli func() []byte
}

// contentTypes are those of files that are served.
var contentTypes = map[string]string{
	".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".map": "application/json",
	".ts": "text/plain; charset=utf-8", ".json": "application/json",
}

// hashed matches the names of files that never change.
var hashed = regexp.MustCompile(`[.-][0-9a-f]{8,}\.[a-z.]+$`)

// Assets are the files of the SDK by their names. Files of other kinds are left out.
func Assets() (map[string]Asset, error) {
	entries, err := dist.ReadDir("dist")
	if err != nil {
		return nil, fmt.Errorf("listing the browser SDK: %w", err)
	}
	assets := map[string]Asset{}
	for _, entry := range entries {
		contentType, known := contentTypes[path.Ext(entry.Name())]
		if entry.IsDir() || !known || strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		content, err := dist.ReadFile("dist/" + entry.Name())
		if err != nil {
			return nil, fmt.Errorf("reading the browser SDK: %w", err)
		}
		assets[entry.Name()] = newAsset(entry.Name(), contentType, content)
	}
	return assets, nil
}

func newAsset(name, contentType string, content []byte) Asset {
	sum := sha256.Sum256(content)
	return Asset{
		Name: name, ContentType: contentType, Plain: content, Immutable: hashed.MatchString(name),
		ETag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`,
		Gzip: sync.OnceValue(func() []byte {
			return compressed(content, func(to io.Writer) io.WriteCloser {
				writer, err := gzip.NewWriterLevel(to, gzip.BestCompression)
				if err != nil {
					panic(err) // the level is one
				}
				return writer
			})
		}),
		Brotli: sync.OnceValue(func() []byte {
			return compressed(content, func(to io.Writer) io.WriteCloser { return brotli.NewWriterLevel(to, brotli.BestCompression) })
		}),
	}
}

func compressed(content []byte, writer func(io.Writer) io.WriteCloser) []byte {
	var b bytes.Buffer
	w := writer(&b)
	if _, err := w.Write(content); err != nil {
		panic(err) // a buffer takes everything
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}
