package credentials

import (
	"encoding/binary"
	"fmt"
)

// Sealer encrypts for one purpose with the master key. What one sealer has sealed only one of the same purpose opens,
// with the same context.
type Sealer struct {
	key     MasterKey
	purpose string
}

// Sealer makes a sealer. The purpose must differ from every other's.
func (k MasterKey) Sealer(purpose string) Sealer { return Sealer{key: k, purpose: purpose} }

// Seal encrypts.
func (s Sealer) Seal(plain, context []byte) ([]byte, error) {
	sealed, err := s.key.aead.Encrypt(plain, s.associated(context))
	if err != nil {
		return nil, fmt.Errorf("encrypting: %w", err)
	}
	return sealed, nil
}

// Open decrypts.
func (s Sealer) Open(sealed, context []byte) ([]byte, error) {
	plain, err := s.key.aead.Decrypt(sealed, s.associated(context))
	if err != nil {
		return nil, fmt.Errorf("decrypting: %w", err)
	}
	return plain, nil
}

func (s Sealer) associated(context []byte) []byte {
	data := make([]byte, 0, len("sealer")+len(s.purpose)+len(context)+binary.MaxVarintLen64)
	data = append(data, "sealer"...)
	data = binary.AppendUvarint(data, uint64(len(s.purpose)))
	data = append(data, s.purpose...)
	return append(data, context...)
}
