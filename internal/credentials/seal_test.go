package credentials

import (
	"bytes"
	"encoding/hex"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/aesgcm"
	"github.com/tink-crypto/tink-go/v2/insecuresecretdataaccess"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/secretdata"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

// zeroKey is a master key that is no secret: its one key is all zeros.
func zeroKey(t testing.TB) MasterKey {
	t.Helper()
	parameters, err := aesgcm.NewParameters(aesgcm.ParametersOpts{
		KeySizeInBytes: 32, IVSizeInBytes: 12, TagSizeInBytes: 16, Variant: aesgcm.VariantTink,
	})
	if err != nil {
		t.Fatal(err)
	}
	zeros := secretdata.NewBytesFromData(make([]byte, 32), insecuresecretdataaccess.Token{})
	key, err := aesgcm.NewKey(zeros, 7, parameters)
	if err != nil {
		t.Fatal(err)
	}
	manager := keyset.NewManager()
	id, err := manager.AddKey(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := manager.SetPrimary(id); err != nil {
		t.Fatal(err)
	}
	handle, err := manager.Handle()
	if err != nil {
		t.Fatal(err)
	}
	primitive, err := aead.New(handle)
	if err != nil {
		t.Fatal(err)
	}
	return MasterKey{aead: primitive, id: id}
}

func place() store.CredentialRow {
	return store.CredentialRow{Workspace: "default", ID: "sandbox-crm", Connector: "crm"}
}

// sealedOnce is what the first version sealed with zeroKey for place.
func sealedOnce(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/sealed.hex")
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := hex.DecodeString(string(bytes.TrimSpace(text)))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

// What was sealed once must open for ever.
func TestSealedFormatLasts(t *testing.T) {
	t.Parallel()
	row := place()
	row.Sealed = sealedOnce(t)
	got, err := zeroKey(t).unseal(row)
	if diff := cmp.Diff(operations.Secrets{"access_token": "access-0", "refresh_token": "refresh-0"}, got); err != nil || diff != "" {
		t.Errorf("(%v):\n%s", err, diff)
	}
}

func TestSealNamesItsKey(t *testing.T) {
	t.Parallel()
	row := place()
	if err := zeroKey(t).seal(&row, nil); err != nil {
		t.Fatal(err)
	}
	if row.KeyID != 7 || row.SecretNames == nil {
		t.Errorf("key %d, names %v", row.KeyID, row.SecretNames)
	}
	if secrets, err := zeroKey(t).unseal(row); err != nil || secrets == nil {
		t.Errorf("no secrets open as %v (%v), want an empty map", secrets, err)
	}
}

func FuzzUnseal(f *testing.F) {
	key := zeroKey(f)
	good := sealedOnce(f)
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte{1, 0, 0, 0, 7})
	f.Fuzz(func(t *testing.T, sealed []byte) {
		row := place()
		row.Sealed = sealed
		secrets, err := key.unseal(row)
		if (err == nil) != bytes.Equal(sealed, good) {
			t.Errorf("opened as %d secrets: %v", len(secrets), err)
		}
	})
}
