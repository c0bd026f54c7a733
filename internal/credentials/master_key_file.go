package credentials

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// MasterKeyFile is the name of the file in the data directory that holds the master key if no other is given.
const MasterKeyFile = "master.key"

// MasterKeyOptions tell where the master key may be. The first that is given counts.
type MasterKeyOptions struct {
	Env     string // the key itself: the value of PATCHBAY_MASTER_KEY
	File    string // the path of a file with the key: the value of PATCHBAY_MASTER_KEY_FILE
	DataDir string // holds master.key, which is made if it is missing
}

// LoadMasterKey reads the master key, or makes one and keeps it in the data directory. source tells people where the
// key is. A file that others than its owner may read or write is refused.
func LoadMasterKey(options MasterKeyOptions) (key MasterKey, source string, generated bool, err error) {
	switch {
	case options.Env != "":
		source = "the environment variable PATCHBAY_MASTER_KEY"
		if key, err = ParseMasterKey(options.Env); err != nil {
			err = fmt.Errorf("reading the master key: %s %w", source, err)
		}
	case options.File != "":
		source = options.File
		key, err = readMasterKey(source)
	case options.DataDir != "":
		source = filepath.Join(options.DataDir, MasterKeyFile)
		if key, err = readMasterKey(source); errors.Is(err, fs.ErrNotExist) {
			key, generated, err = makeMasterKey(source)
		}
	default:
		err = errors.New("reading the master key: neither a key, nor a file, nor a data directory is given")
	}
	return key, source, generated, err
}

func readMasterKey(path string) (MasterKey, error) {
	file, err := os.Open(path)
	if err != nil {
		return MasterKey{}, fmt.Errorf("reading the master key: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return MasterKey{}, fmt.Errorf("reading the master key: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return MasterKey{}, fmt.Errorf("reading the master key: %s can be used by others than its owner (mode %04o); run chmod 600 on it", path, mode)
	}
	text, err := io.ReadAll(io.LimitReader(file, maxMasterKey+1))
	if err != nil {
		return MasterKey{}, fmt.Errorf("reading the master key: %w", err)
	}
	key, err := ParseMasterKey(string(text))
	if err != nil {
		return MasterKey{}, fmt.Errorf("reading the master key: %s %w", path, err)
	}
	return key, nil
}

// makeMasterKey puts a new key into a file. If another process is faster, its key counts.
func makeMasterKey(path string) (key MasterKey, generated bool, err error) {
	text, err := GenerateMasterKey()
	if err != nil {
		return MasterKey{}, false, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return MasterKey{}, false, fmt.Errorf("keeping the new master key: %w", err)
	}
	err = writeNew(path, text+"\n")
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return MasterKey{}, false, fmt.Errorf("keeping the new master key: %w", err)
	}
	generated = err == nil
	if key, err = readMasterKey(path); err != nil {
		return MasterKey{}, false, err
	}
	if generated {
		key.file = path
	}
	return key, generated, nil
}

// writeNew writes a file that must not exist yet, whole and safe from a loss of power: nothing sealed with a key
// may outlive it.
func writeNew(path, text string) (err error) {
	dir := filepath.Dir(path)
	draft, err := os.CreateTemp(dir, MasterKeyFile+".*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(draft.Name())) }()
	_, err = draft.WriteString(text)
	if err := errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return err
	}
	if err := os.Link(draft.Name(), path); err != nil {
		return err
	}
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
