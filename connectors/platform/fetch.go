package platform

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
	"unicode"

	"golang.org/x/sync/errgroup"

	"github.com/patchbay/patchbay/operations"
)

// Bounds of fetching the files of one call. The schemas bound their number.
const (
	maxFile      = 10 << 20 // bytes
	fetchTime    = 15 * time.Second
	fetchAtOnce  = 4
	maxFileName  = 255 // bytes
	unknownMedia = "application/octet-stream"
)

// file is a file that was fetched, or whose address is all that is known.
type file struct {
	url, name, contentType string
	content                []byte // nil: not fetched
	uid                    string // "": a new one
}

// fetch gets the files at some addresses, each once. One that cannot be had is a fault below the pointer.
func (s *session) fetch(ctx context.Context, pointer string, urls []string) ([]file, error) {
	return s.fetchNew(ctx, pointer, urls, func(string) bool { return false })
}

// fetchNew is fetch without those that are there already.
func (s *session) fetchNew(ctx context.Context, pointer string, urls []string, known func(url string) bool) ([]file, error) {
	var f faults
	seen := map[string]bool{}
	var files []file
	var pointers []string
	for i, address := range urls {
		at := fmt.Sprintf("%s/%d", pointer, i)
		parsed, err := url.Parse(address)
		if err != nil || parsed.Host == "" || parsed.User != nil || parsed.Scheme != "https" && parsed.Scheme != "http" {
			f.add(at, "is not an http or https URL")
			continue
		}
		if !seen[address] && !known(address) {
			files, pointers = append(files, file{url: address, name: fileName(parsed), contentType: unknownMedia}), append(pointers, at)
		}
		seen[address] = true
	}
	if err := f.err(); err != nil || s.Fetch == nil {
		return files, err
	}
	reasons := make([]error, len(files))
	var group errgroup.Group
	group.SetLimit(fetchAtOnce)
	for i := range files {
		group.Go(func() error {
			reasons[i] = s.fetchOne(ctx, &files[i])
			return nil
		})
	}
	_ = group.Wait() // nothing it runs gives an error
	for i, reason := range reasons {
		if reason != nil {
			f.add(pointers[i], "cannot be fetched: %s", reason)
		}
	}
	return files, f.err()
}

// fetchOne gets one file. The error is for the caller.
func (s *session) fetchOne(ctx context.Context, f *file) error {
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, f.url, nil)
	if err != nil {
		return errors.New("it is no address")
	}
	response, err := s.Fetch.Do(request)
	if err != nil {
		return reasonOf(ctx, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the answer was %d %s", response.StatusCode, http.StatusText(response.StatusCode))
	}
	content, err := io.ReadAll(io.LimitReader(response.Body, maxFile+1))
	if err != nil {
		return reasonOf(ctx, err)
	}
	if len(content) > maxFile {
		return fmt.Errorf("it is larger than %d MiB", maxFile>>20)
	}
	f.content = append([]byte{}, content...)
	f.describe(response.Header)
	return nil
}

func reasonOf(ctx context.Context, err error) error {
	var own *operations.Error
	switch {
	case errors.As(err, &own):
		return errors.New(own.Detail)
	case ctx.Err() != nil:
		return errors.New("it took too long")
	default:
		return errors.New("there is no connection")
	}
}

// describe takes name and media type out of the answer's header.
func (f *file) describe(header http.Header) {
	if media, _, err := mime.ParseMediaType(header.Get("Content-Type")); err == nil {
		f.contentType = media
	} else {
		f.contentType, _, _ = strings.Cut(http.DetectContentType(f.content), ";")
	}
	if _, fields, err := mime.ParseMediaType(header.Get("Content-Disposition")); err == nil && fields["filename"] != "" {
		f.name = cleanName(fields["filename"])
	}
}

func fileName(u *url.URL) string { return cmp.Or(cleanName(path.Base(u.Path)), u.Hostname()) }

// cleanName makes a name that is safe to show and to store a file under: no path, nothing that cannot be seen.
func cleanName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, name)
	if name == "." || name == ".." || name == "/" {
		return ""
	}
	for len(name) > maxFileName {
		runes := []rune(name)
		name = string(runes[:len(runes)-1])
	}
	return name
}
