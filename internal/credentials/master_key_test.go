package credentials

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/mac"
)

func generate(t testing.TB) string {
	t.Helper()
	text, err := GenerateMasterKey()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func asJSON(t testing.TB, text string) string {
	t.Helper()
	binary, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewBinaryReader(bytes.NewReader(binary)))
	if err != nil {
		t.Fatal(err)
	}
	var document bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&document)); err != nil {
		t.Fatal(err)
	}
	return document.String()
}

func sameKey(t *testing.T, a, b MasterKey) {
	t.Helper()
	sealed, err := a.aead.Encrypt([]byte("x"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.aead.Decrypt(sealed, nil); err != nil || a.id != b.id {
		t.Errorf("not the same key: %v, %v (%v)", a, b, err)
	}
}

func TestParseMasterKey(t *testing.T) {
	t.Parallel()
	text := generate(t)
	key, err := ParseMasterKey(text)
	if err != nil {
		t.Fatal(err)
	}
	for name, form := range map[string]string{
		"white space": "\n " + text + " \r\n", "unpadded": strings.TrimRight(text, "="), "JSON": asJSON(t, text),
		"URL alphabet": strings.NewReplacer("+", "-", "/", "_").Replace(text),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			other, err := ParseMasterKey(form)
			if err != nil {
				t.Fatal(err)
			}
			sameKey(t, key, other)
		})
	}
}

func TestParseMasterKeyRefuses(t *testing.T) {
	t.Parallel()
	text := generate(t)
	macs, err := keyset.NewHandle(mac.HMACSHA256Tag256KeyTemplate())
	if err != nil {
		t.Fatal(err)
	}
	var macKey bytes.Buffer
	if err := insecurecleartextkeyset.Write(macs, keyset.NewJSONWriter(&macKey)); err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"empty": "", "blank": " \n", "words": "correct horse battery staple", "raw key": base64.StdEncoding.EncodeToString(make([]byte, 32)),
		"cut": text[:len(text)/2], "broken JSON": asJSON(t, text)[:60] + `"`, "no JSON keyset": `{"a":1}`, "a MAC key": macKey.String(),
		"endless": strings.Repeat("A", maxMasterKey+1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseMasterKey(bad)
			if err == nil {
				t.Fatal("no error")
			}
			if s := strings.TrimSpace(bad); len(s) > 20 && strings.Contains(err.Error(), s[10:20]) {
				t.Errorf("the error shows a part of it: %v", err)
			}
		})
	}
}

func TestMasterKeyIsNotPrinted(t *testing.T) {
	t.Parallel()
	key, err := ParseMasterKey(generate(t))
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("master key %d", key.id)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, key); got != want {
			t.Errorf("%s prints %q", verb, got)
		}
	}
}

func TestLoadMasterKeyPrecedence(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	inEnv, inFile, inDir := generate(t), generate(t), generate(t)
	file := filepath.Join(dir, "elsewhere")
	for path, text := range map[string]string{file: inFile, filepath.Join(dir, MasterKeyFile): inDir} {
		if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name    string
		options MasterKeyOptions
		want    string
		source  string
	}{
		{"environment", MasterKeyOptions{Env: inEnv, File: file, DataDir: dir}, inEnv, "PATCHBAY_MASTER_KEY"},
		{"file", MasterKeyOptions{File: file, DataDir: dir}, inFile, file},
		{"data directory", MasterKeyOptions{DataDir: dir}, inDir, filepath.Join(dir, MasterKeyFile)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			key, source, generated, err := LoadMasterKey(c.options)
			if err != nil || generated || !strings.Contains(source, c.source) {
				t.Fatalf("source %q, generated %t: %v", source, generated, err)
			}
			want, err := ParseMasterKey(c.want)
			if err != nil {
				t.Fatal(err)
			}
			sameKey(t, key, want)
		})
	}
}

func TestLoadMasterKeyMakesOne(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	key, source, generated, err := LoadMasterKey(MasterKeyOptions{DataDir: dir})
	if err != nil || !generated {
		t.Fatalf("generated %t: %v", generated, err)
	}
	info, err := os.Stat(source)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v (%v)", info.Mode(), err)
	}
	again, _, generated, err := LoadMasterKey(MasterKeyOptions{DataDir: dir})
	if err != nil || generated {
		t.Errorf("the second time: generated %t: %v", generated, err)
	}
	sameKey(t, key, again)
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("%d files (%v), want only the key", len(files), err)
	}
}

func TestLoadMasterKeyMakesOneForAll(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	keys, made := make([]MasterKey, 8), make([]bool, 8)
	var group sync.WaitGroup
	for i := range keys {
		group.Go(func() {
			var err error
			if keys[i], _, made[i], err = LoadMasterKey(MasterKeyOptions{DataDir: dir}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	makers := 0
	for i, key := range keys {
		sameKey(t, keys[0], key)
		if made[i] {
			makers++
		}
	}
	if makers != 1 {
		t.Errorf("%d say that they made it, want 1", makers)
	}
}

func TestLoadMasterKeyRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(path, []byte(text), 0o600), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	text := generate(t)
	for _, c := range []struct {
		name    string
		options MasterKeyOptions
		want    string
	}{
		{"nothing", MasterKeyOptions{}, "neither"},
		{"bad environment", MasterKeyOptions{Env: "x", DataDir: dir}, "PATCHBAY_MASTER_KEY is not a master key"},
		{"readable by the group", MasterKeyOptions{File: write("group", text, 0o640)}, "chmod 600"},
		{"readable by all", MasterKeyOptions{File: write("all", text, 0o604)}, "chmod 600"},
		{"writable by others", MasterKeyOptions{File: write("writable", text, 0o602)}, "chmod 600"},
		{"empty file", MasterKeyOptions{File: write("empty", "\n", 0o600)}, "is empty"},
		{"bad file", MasterKeyOptions{File: write("bad", "x", 0o600)}, "bad is not a master key"},
		{"huge file", MasterKeyOptions{File: write("huge", strings.Repeat("A", 1<<20), 0o600)}, "is not a master key"},
		{"a directory", MasterKeyOptions{File: dir}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, generated, err := LoadMasterKey(c.options)
			if err == nil || generated || !strings.Contains(err.Error(), c.want) {
				t.Errorf("generated %t, error %v, want one with %q", generated, err, c.want)
			}
		})
	}
	_, _, _, err := LoadMasterKey(MasterKeyOptions{File: filepath.Join(dir, "absent")})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an absent file: %v", err)
	}
}

func FuzzParseMasterKey(f *testing.F) {
	f.Add(generate(f))
	f.Add(asJSON(f, generate(f)))
	f.Add(`{"primaryKeyId":1,"key":[]}`)
	f.Fuzz(func(t *testing.T, text string) {
		key, err := ParseMasterKey(text)
		if err == nil && key.aead == nil {
			t.Error("neither a key nor an error")
		}
	})
}
