package credentials_test

import (
	"bytes"
	"testing"

	"github.com/patchbay/patchbay/internal/credentials"
)

func masterKey(t *testing.T) credentials.MasterKey {
	t.Helper()
	text, err := credentials.GenerateMasterKey()
	if err != nil {
		t.Fatal(err)
	}
	key, err := credentials.ParseMasterKey(text)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestSealerOpensItsOwnOnly(t *testing.T) {
	t.Parallel()
	key := masterKey(t)
	sealed, err := key.Sealer("cache").Seal([]byte("what was read"), []byte("place"))
	if err != nil || bytes.Contains(sealed, []byte("read")) {
		t.Fatalf("sealed as %q (%v)", sealed, err)
	}
	for name, test := range map[string]struct {
		sealer  credentials.Sealer
		context string
		opens   bool
	}{
		"the same":            {key.Sealer("cache"), "place", true},
		"at another place":    {key.Sealer("cache"), "other", false},
		"for another purpose": {key.Sealer("cach"), "eplace", false},
		"by another key":      {masterKey(t).Sealer("cache"), "place", false},
	} {
		plain, err := test.sealer.Open(sealed, []byte(test.context))
		if opened := err == nil && string(plain) == "what was read"; opened != test.opens {
			t.Errorf("%s: %q, %v", name, plain, err)
		}
	}
}
