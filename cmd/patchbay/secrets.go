package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/patchbay/patchbay/operations"
)

// readValues collects a credential's fields and secrets: what flags give, then what a file or a pipe holds or somebody
// enters on a terminal.
func (c console) readValues(ctx context.Context, scheme operations.Auth, given map[string]string, path string) (fields, secrets map[string]string, err error) {
	for name := range given {
		if isSecret(scheme, name) {
			return nil, nil, usagef("--field %s: this is no field of %s that may be seen by others; "+
				"give secrets on stdin or with --secrets-file", name, scheme.Name)
		}
	}
	entered, err := c.readEntered(ctx, scheme, given, path)
	if err != nil {
		return nil, nil, err
	}
	fields, secrets = maps.Clone(given), map[string]string{}
	if fields == nil {
		fields = map[string]string{}
	}
	for name, value := range entered {
		if _, twice := given[name]; twice {
			return nil, nil, usagef("%s is given both by --field and with the secrets", name)
		}
		if isSecret(scheme, name) {
			secrets[name] = value
		} else {
			fields[name] = value
		}
	}
	return fields, secrets, nil
}

// isSecret takes a name that no field has for a secret's: it may be a misspelt one.
func isSecret(scheme operations.Auth, name string) bool {
	for _, field := range scheme.Fields {
		if field.Name == name {
			return field.Secret
		}
	}
	return true
}

func (c console) readEntered(ctx context.Context, scheme operations.Auth, given map[string]string, path string) (map[string]string, error) {
	var content []byte
	var err error
	file, isFile := c.in.(*os.File)
	switch {
	case path != "":
		content, err = readBounded(path, maxSecretFile)
	case isFile && term.IsTerminal(int(file.Fd())):
		return c.askSecrets(ctx, file, scheme, given)
	default:
		content, err = readAll(c.in, maxSecretFile)
	}
	if err != nil {
		return nil, usagef("reading the secrets: %w", err)
	}
	values, err := parseSecrets(content)
	if err != nil {
		return nil, usagef("reading the secrets: %w", err)
	}
	return values, nil
}

// parseSecrets reads a flat JSON object of strings, or lines of NAME=value; blank lines and those that begin with #
// do not count. Its errors name no value.
func parseSecrets(content []byte) (map[string]string, error) {
	content = bytes.TrimSpace(bytes.TrimPrefix(content, []byte("\ufeff")))
	values := map[string]string{}
	if bytes.HasPrefix(content, []byte("{")) {
		if _, err := operations.DecodeInput(content); err != nil {
			return nil, fmt.Errorf("not one JSON object")
		}
		if err := json.Unmarshal(content, &values); err != nil {
			return nil, fmt.Errorf("the JSON must be an object of strings")
		}
		return values, nil
	}
	lines := bufio.NewScanner(bytes.NewReader(content))
	lines.Buffer(nil, maxSecretFile+1)
	for number := 1; lines.Scan(); number++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, found := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		if _, twice := values[name]; !found || name == "" || twice {
			return nil, fmt.Errorf("line %d is not NAME=value with a name of its own", number)
		}
		values[name] = strings.TrimSpace(value)
	}
	return values, lines.Err()
}

// askSecrets asks for each field that is not given, without echo where it is secret.
func (c console) askSecrets(ctx context.Context, terminal *os.File, scheme operations.Auth, given map[string]string) (map[string]string, error) {
	p := c.printerTo(c.err)
	if scheme.Description != "" {
		for _, line := range wrap(scheme.Description, p.width) {
			p.printf("%s\n", p.style(faint, line))
		}
	}
	lines := bufio.NewReader(io.LimitReader(terminal, maxSecretFile))
	values := map[string]string{}
	for _, field := range scheme.Fields {
		if _, known := given[field.Name]; known {
			continue
		}
		prompt := field.Title
		if !field.Required {
			prompt += " (may be left empty)"
		}
		p.printf("%s: ", prompt)
		value, err := ask(ctx, terminal, lines, field.Secret)
		if field.Secret {
			p.printf("\n")
		}
		if err != nil {
			return nil, fmt.Errorf("asking for %s: %w", field.Name, err)
		}
		if value != "" {
			values[field.Name] = value
		}
	}
	return values, nil
}

// ask reads one line. A terminal that waits for it cannot be interrupted, so it is left waiting, with its echo back on.
func ask(ctx context.Context, terminal *os.File, lines *bufio.Reader, secret bool) (string, error) {
	before, err := term.GetState(int(terminal.Fd()))
	if err != nil {
		return "", err
	}
	type answer struct {
		text string
		err  error
	}
	given := make(chan answer, 1)
	go func() {
		if secret {
			text, err := term.ReadPassword(int(terminal.Fd()))
			given <- answer{string(text), err}
			return
		}
		text, err := lines.ReadString('\n')
		given <- answer{text, err}
	}()
	select {
	case a := <-given:
		return strings.TrimSpace(a.text), a.err
	case <-ctx.Done():
		return "", errors.Join(ctx.Err(), term.Restore(int(terminal.Fd()), before))
	}
}
