package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/patchbay/patchbay/connectors"
	"github.com/patchbay/patchbay/connectors/platform"
	"github.com/patchbay/patchbay/internal/credentials"
	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

// doctor checks one installation.
type doctor struct {
	console console
	config  config
}

func ok(name, format string, args ...any) []finding {
	return []finding{{Name: name, Status: fine, Detail: fmt.Sprintf(format, args...)}}
}

func bad(name, mend, format string, args ...any) []finding {
	return []finding{{Name: name, Status: wrong, Detail: fmt.Sprintf(format, args...), Mend: mend}}
}

func (d doctor) settings(ctx context.Context) []finding {
	catalogue, err := operations.NewCatalogue(connectors.All(platform.Options{}))
	if err != nil {
		return bad("settings", "", "%s", err)
	}
	if err := d.config.checkHub(d.console); err != nil {
		return bad("settings", "unset the variable", "%s", err)
	}
	if _, err := d.config.origins(d.console, catalogue, d.imported(ctx)); err != nil {
		return bad("settings", "correct or unset it", "%s", err)
	}
	if unknown := d.unknownVariables(); len(unknown) > 0 {
		return []finding{{
			Name: "settings", Status: unsure, Mend: "correct or unset them; they have no effect",
			Detail: "there are no such variables: " + strings.Join(unknown, ", "),
		}}
	}
	return ok("settings", "flags and variables can be used")
}

// imported lists the names of imported connectors. A database that cannot be read is another check's business.
func (d doctor) imported(ctx context.Context) []string {
	if !d.hasDatabase() {
		return nil
	}
	opened, err := store.Open(ctx, d.config.Data)
	if err != nil {
		return nil
	}
	defer opened.Close()
	names, err := opened.ImportedNames(ctx)
	if err != nil {
		return nil
	}
	return names
}

// unknownVariables lists variables that begin with PATCHBAY_ and that no command reads.
func (d doctor) unknownVariables() []string {
	known := knownVariables(newRoot(d.console))
	var unknown []string
	for _, pair := range d.console.environment {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "PATCHBAY_") && !strings.HasSuffix(name, "_BASE_URL") && !slices.Contains(known, name) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}

func (d doctor) folder(context.Context) []finding {
	const name = "data folder"
	dir, err := filepath.Abs(d.config.Data)
	if err != nil {
		return bad(name, "give --data an absolute path", "%s", err)
	}
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return d.missingFolder(dir)
	}
	switch {
	case err != nil:
		return bad(name, "see that the user of the hub may read it", "%s", err)
	case !info.IsDir():
		return bad(name, "name another with --data", "%s is not a folder", dir)
	case info.Mode().Perm()&0o022 != 0:
		return bad(name, "chmod 700 "+dir, "%s can be written to by other users", dir)
	}
	if err := tryWriting(dir); err != nil {
		return bad(name, "see that the user of the hub may write there", "%s", err)
	}
	return append(ok(name, "%s can be used", dir), space(dir)...)
}

func (d doctor) missingFolder(dir string) []finding {
	parent := filepath.Dir(dir)
	for parent != filepath.Dir(parent) {
		if _, err := os.Stat(parent); err == nil {
			break
		}
		parent = filepath.Dir(parent)
	}
	if err := tryWriting(parent); err != nil {
		return bad("data folder", "see that the user of the hub may write there, or name another with --data", "%s is not there and cannot be made: %s", dir, err)
	}
	return append(ok("data folder", "%s is not there yet; the first start makes it", dir), space(parent)...)
}

func tryWriting(dir string) error {
	file, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}

// Free space, in bytes, below which the doctor speaks up.
const (
	littleSpace   = 1 << 30
	tooLittle     = 64 << 20
	bytesPerMiB   = 1 << 20
	clockMayBeOff = 2 * time.Minute
)

func space(dir string) []finding {
	free, err := freeSpace(dir)
	switch {
	case err != nil:
		return []finding{{Name: "free space", Status: skipped, Detail: err.Error()}}
	case free < tooLittle:
		return bad("free space", "make room, or name another folder with --data", "%d MiB are left for %s", free/bytesPerMiB, dir)
	case free < littleSpace:
		return []finding{{Name: "free space", Status: unsure, Detail: fmt.Sprintf("%d MiB are left for %s", free/bytesPerMiB, dir), Mend: "make room"}}
	}
	return ok("free space", "%d MiB are left", free/bytesPerMiB)
}

func (d doctor) hasDatabase() bool {
	_, err := os.Stat(filepath.Join(d.config.Data, store.FileName))
	return err == nil
}

func (d doctor) database(ctx context.Context) []finding {
	if !d.hasDatabase() {
		return ok("database", "there is none yet; the first start makes it")
	}
	opened, err := store.Open(ctx, d.config.Data)
	if err != nil {
		mend := "restore the folder from a backup, or see that the user of the hub may write there"
		if errors.Is(err, store.ErrNewer) || errors.Is(err, store.ErrNotPatchbay) {
			mend = "" // the error says it
		}
		return bad("database", mend, "%s", err)
	}
	defer opened.Close()
	if err := opened.Check(ctx); err != nil {
		return bad("database", "see whether another process holds it, and whether the disk is full or read-only", "%s", err)
	}
	return ok("database", "opens, and its schema is that of this version")
}

// masterKey looks for the key without making one.
func (d doctor) masterKey(ctx context.Context) []finding {
	const name = "master key"
	env, file := d.console.lookup("PATCHBAY_MASTER_KEY"), d.config.MasterKeyFile
	own := filepath.Join(d.config.Data, credentials.MasterKeyFile)
	if _, err := os.Stat(own); env == "" && file == "" && errors.Is(err, fs.ErrNotExist) {
		if d.hasDatabase() {
			return bad(name, "put its backup there, or give it by PATCHBAY_MASTER_KEY or --master-key-file", "%s is missing, and the credentials cannot be read without it", own)
		}
		return ok(name, "there is none yet; the first start makes it: %s", own)
	}
	key, source, _, err := credentials.LoadMasterKey(credentials.MasterKeyOptions{Env: env, File: file, DataDir: d.config.Data})
	if err != nil {
		return bad(name, "put its backup there; a file needs mode 600", "%s", err)
	}
	if !d.hasDatabase() {
		return ok(name, "can be read: %s", source)
	}
	if err := d.proveKey(ctx, key); err != nil {
		return bad(name, "", "%s", err)
	}
	return ok(name, "is the right one: %s", source)
}

func (d doctor) proveKey(ctx context.Context, key credentials.MasterKey) error {
	catalogue, err := operations.NewCatalogue(connectors.All(platform.Options{}))
	if err != nil {
		return err
	}
	opened, err := store.Open(ctx, d.config.Data)
	if err != nil {
		return fmt.Errorf("cannot be proved: %w", err)
	}
	defer opened.Close()
	_, err = credentials.New(ctx, credentials.Options{Store: opened, MasterKey: key, Catalogue: catalogue})
	return err
}

func (d doctor) address(ctx context.Context) []finding {
	listener, err := listen(d.config.Addr)
	if err == nil {
		if err := listener.Close(); err != nil {
			return bad("address", "", "%s", err)
		}
		return ok("address", "%s is free", d.config.Addr)
	}
	if d.hubAnswers(ctx) {
		return ok("address", "a hub is running at %s", d.config.Addr)
	}
	return bad("address", "stop what uses it, or choose another with --addr", "%s", err)
}

func (d doctor) hubAnswers(ctx context.Context) bool {
	host, port, err := net.SplitHostPort(d.config.Addr)
	if err != nil {
		return false
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	hub := &client{base: "http://" + net.JoinHostPort(host, port), http: &http.Client{CheckRedirect: noRedirect}}
	_, err = hub.do(ctx, http.MethodGet, "/healthz", nil)
	return err == nil
}

func (d doctor) connectors(context.Context) []finding {
	count := 0
	for _, connector := range connectors.All(platform.Options{}) {
		for _, operation := range connector.Operations {
			spec := operation.Spec()
			_, errInput := spec.Input.Compile()
			_, errOutput := spec.Output.Compile()
			if err := errors.Join(errInput, errOutput); err != nil {
				return bad("connectors", "this build is broken; install another version", "%s.%s: %s", connector.Name, spec.Name, err)
			}
			count++
		}
	}
	return ok("connectors", "%d with %d operations; all schemas can be used", len(connectors.All(platform.Options{})), count)
}

// clock finds a clock that runs behind the data, which makes tokens and records lie about their age.
func (d doctor) clock(context.Context) []finding {
	info, err := os.Stat(filepath.Join(d.config.Data, store.FileName))
	now := time.Now()
	if err == nil && now.Before(info.ModTime().Add(-clockMayBeOff)) {
		return bad("clock", "set the clock; keep it right with NTP", "it is %s, yet the database was written at %s", now.Format(time.RFC3339), info.ModTime().Format(time.RFC3339))
	}
	return ok("clock", "%s", now.Format(time.RFC3339))
}

// reach asks each service for anything at all, and its clock.
func (d doctor) reach(ctx context.Context) []finding {
	catalogue, err := operations.NewCatalogue(connectors.All(platform.Options{}))
	if err != nil {
		return bad("online", "", "%s", err)
	}
	origins, err := d.config.origins(d.console, catalogue, d.imported(ctx))
	if err != nil {
		return []finding{{Name: "online", Status: skipped, Detail: err.Error()}}
	}
	transport := gateway.NewTransport(gateway.TransportOptions{AllowNetworks: d.config.Networks})
	defer transport.Close()
	var findings []finding
	for _, connector := range catalogue.Connectors() {
		if connector.Origin != "" {
			findings = append(findings, reachOne(ctx, connector, origins[connector.Name], transport)...)
		}
	}
	return findings
}

func reachOne(ctx context.Context, connector operations.Connector, override string, transport *gateway.Transport) []finding {
	base, err := operations.NewBase(connector, override, nil)
	if err != nil || strings.Contains(base.Origin(), "{") {
		return []finding{{Name: connector.Name, Status: skipped, Detail: "its address depends on the credential"}}
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, base.URL("/"), nil)
	if err != nil {
		return bad(connector.Name, "", "%s", err)
	}
	response, err := transport.HTTPClient(override != "").Do(request)
	if err != nil {
		return bad(connector.Name, "see to network, DNS and firewall of this machine", "%s cannot be reached: %s", base.Origin(), cause(err))
	}
	_ = response.Body.Close()
	if at, err := http.ParseTime(response.Header.Get("Date")); err == nil && time.Since(at).Abs() > clockMayBeOff {
		return bad(connector.Name, "set the clock; keep it right with NTP", "can be reached, but its clock is %s off ours", time.Since(at).Round(time.Second))
	}
	return ok(connector.Name, "%s answers", base.Origin())
}
