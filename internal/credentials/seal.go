package credentials

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

// seal puts the secrets into the row, encrypted.
func (k MasterKey) seal(row *store.CredentialRow, secrets operations.Secrets) error {
	if secrets == nil {
		secrets = operations.Secrets{}
	}
	plain, err := json.Marshal(map[string]string(secrets))
	if err != nil {
		return fmt.Errorf("encoding secrets: %w", err)
	}
	sealed, err := k.aead.Encrypt(plain, associated(*row))
	if err != nil {
		return fmt.Errorf("encrypting secrets: %w", err)
	}
	row.Sealed, row.KeyID = sealed, k.id
	row.SecretNames = slices.AppendSeq([]string{}, maps.Keys(secrets))
	slices.Sort(row.SecretNames)
	return nil
}

// unseal decrypts the row's secrets. They only open in the row that they were sealed for.
func (k MasterKey) unseal(row store.CredentialRow) (operations.Secrets, error) {
	plain, err := k.aead.Decrypt(row.Sealed, associated(row))
	if err == nil {
		secrets := operations.Secrets{}
		if err = json.Unmarshal(plain, &secrets); err == nil && secrets != nil {
			return secrets, nil
		}
		err = errors.New("what was sealed is not a map of texts") // the decoder's own words could show a secret
	}
	return nil, &operations.Error{
		Code:   operations.CodeInternal,
		Detail: "the secrets of the credential cannot be decrypted; enter them again, or give the hub the master key that they were stored with",
		Err:    fmt.Errorf("decrypting secrets of credential %s (key %d): %w", row.ID, row.KeyID, err),
	}
}

// associated binds what is sealed to its place: copied to another workspace, credential or connector, whose
// requests may go elsewhere, it does not open. Each part carries its length, so that no two places look the same.
func associated(row store.CredentialRow) []byte {
	data := []byte("credential")
	for _, part := range []string{row.Workspace, row.ID, row.Connector} {
		data = binary.AppendUvarint(data, uint64(len(part)))
		data = append(data, part...)
	}
	return data
}
