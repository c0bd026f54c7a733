package credentials

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// maxMasterKey bounds the text of a master key, in bytes. A keyset of one key has about 100.
const maxMasterKey = 64 << 10

// errBadMasterKey hides what Tink says of a keyset that it cannot read: that could show a part of it.
var errBadMasterKey = errors.New("is not a master key; it must be a Tink AEAD keyset, as JSON or as base64 of its binary form")

// MasterKey encrypts the secrets of the vault. It is a Tink keyset: its primary key encrypts, all its keys decrypt.
// Printing it shows only the id of the primary key. See https://developers.google.com/tink/design/keysets.
type MasterKey struct {
	aead tink.AEAD
	id   uint32 // of the primary key
	file string // where it was put, if it was made just now
	// derive makes a key for a purpose out of each key of the keyset, by its id. It is a function so that nothing that
	// prints a MasterKey shows what it is made of.
	derive func(purpose string) (map[uint32][]byte, error)
}

// String shows the id of the primary key.
func (k MasterKey) String() string { return fmt.Sprintf("master key %d", k.id) }

// GoString shows the id of the primary key.
func (k MasterKey) GoString() string { return k.String() }

// GenerateMasterKey makes a master key with one AES-256-GCM key, as one line of text.
func GenerateMasterKey() (string, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return "", fmt.Errorf("making a master key: %w", err)
	}
	var binary bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewBinaryWriter(&binary)); err != nil {
		return "", fmt.Errorf("encoding a master key: %w", err)
	}
	return base64.StdEncoding.EncodeToString(binary.Bytes()), nil
}

// ParseMasterKey reads a master key: a Tink AEAD keyset in the clear, as JSON or as base64 of its binary form.
// White space around it does not count. The error shows nothing of it.
func ParseMasterKey(text string) (MasterKey, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return MasterKey{}, errors.New("is empty")
	}
	if len(text) > maxMasterKey {
		return MasterKey{}, errBadMasterKey
	}
	var reader keyset.Reader
	if strings.HasPrefix(text, "{") {
		reader = keyset.NewJSONReader(strings.NewReader(text))
	} else {
		binary, err := decodeBase64(text)
		if err != nil {
			return MasterKey{}, errBadMasterKey
		}
		reader = keyset.NewBinaryReader(bytes.NewReader(binary))
	}
	handle, err := insecurecleartextkeyset.Read(reader)
	if err != nil {
		return MasterKey{}, errBadMasterKey
	}
	primitive, err := aead.New(handle)
	if err != nil {
		return MasterKey{}, errBadMasterKey
	}
	return MasterKey{aead: primitive, id: handle.KeysetInfo().GetPrimaryKeyId(), derive: deriving(handle)}, nil
}

// decodeBase64 reads either alphabet, padded or not.
func decodeBase64(text string) ([]byte, error) {
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	return base64.RawStdEncoding.DecodeString(text)
}
