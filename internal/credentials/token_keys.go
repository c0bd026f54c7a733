package credentials

import (
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/insecuresecretdataaccess"
	"github.com/tink-crypto/tink-go/v2/jwt/jwthmac"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/secretdata"
)

// derivedSize is how many bytes a derived key has.
const derivedSize = sha256.Size

// deriving gives the function that derives keys from each key of a keyset: HKDF with SHA-256 (RFC 5869) over its material.
func deriving(handle *keyset.Handle) func(purpose string) (map[uint32][]byte, error) {
	material := insecurecleartextkeyset.KeysetMaterial(handle)
	return func(purpose string) (map[uint32][]byte, error) {
		derived := map[uint32][]byte{}
		for _, key := range material.GetKey() {
			secret, err := hkdf.Key(sha256.New, key.GetKeyData().GetValue(), nil, "patchbay "+purpose, derivedSize)
			if err != nil {
				return nil, fmt.Errorf("deriving a key: %w", err)
			}
			derived[key.GetKeyId()] = secret
		}
		return derived, nil
	}
}

// TokenKeys makes the keyset that signs tokens of one purpose, with HMAC-SHA256. Hubs of the same master key have the
// same. What any key of the master keyset has signed is accepted, so that tokens outlive a rotation of the primary key; a
// key that is taken out of the master keyset ends its tokens.
func (k MasterKey) TokenKeys(purpose string) (*keyset.Handle, error) {
	if k.derive == nil {
		return nil, errors.New("making keys for tokens: there is no master key")
	}
	derived, err := k.derive("tokens " + purpose)
	if err != nil {
		return nil, err
	}
	parameters, err := jwthmac.NewParameters(derivedSize, jwthmac.Base64EncodedKeyIDAsKID, jwthmac.HS256)
	if err != nil {
		return nil, fmt.Errorf("making keys for tokens: %w", err)
	}
	manager := keyset.NewManager()
	for _, id := range slices.Sorted(maps.Keys(derived)) {
		key, err := jwthmac.NewKey(jwthmac.KeyOpts{
			KeyBytes:      secretdata.NewBytesFromData(derived[id], insecuresecretdataaccess.Token{}),
			IDRequirement: id, Parameters: parameters,
		})
		if err != nil {
			return nil, fmt.Errorf("making keys for tokens: %w", err)
		}
		if _, err := manager.AddKey(key); err != nil {
			return nil, fmt.Errorf("making keys for tokens: %w", err)
		}
	}
	if err := manager.SetPrimary(k.id); err != nil {
		return nil, fmt.Errorf("making keys for tokens: %w", err)
	}
	handle, err := manager.Handle()
	if err != nil {
		return nil, fmt.Errorf("making keys for tokens: %w", err)
	}
	return handle, nil
}
