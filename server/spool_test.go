package server

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
)

// TestSpoolHoldsSoMuch: who writes waits while it is full, and gets on when something is read.
func TestSpoolHoldsSoMuch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSpool(10)
		written := 0
		go func() {
			for range 4 {
				n, err := s.Write([]byte("1234567"))
				if err != nil {
					t.Error(err)
				}
				written += n
			}
			s.end()
		}()
		synctest.Wait()
		if written != 14 { // the write that fills it is taken as a whole
			t.Errorf("%d bytes were taken, and nothing read", written)
		}
		if n, err := s.Read(make([]byte, 5)); n != 5 || err != nil {
			t.Errorf("read %d (%v)", n, err)
		}
		synctest.Wait()
		if written != 21 {
			t.Errorf("%d bytes were taken when 5 had been read", written)
		}
		rest, err := io.ReadAll(s)
		if want := strings.Repeat("1234567", 4)[5:]; err != nil || string(rest) != want {
			t.Errorf("the rest is %s (%v)", rest, err)
		}
	})
}

func TestSpoolThatNobodyReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSpool(1)
		var err error
		go func() {
			_, _ = s.Write([]byte("ab"))
			_, err = s.Write([]byte("cd"))
		}()
		synctest.Wait()
		s.leave()
		synctest.Wait()
		if !errors.Is(err, errNobodyReads) {
			t.Errorf("writing ends with %v", err)
		}
	})
}

// TestSpoolKeepsOrder writes and reads pieces of all sizes.
func TestSpoolKeepsOrder(t *testing.T) {
	t.Parallel()
	s := newSpool(50)
	var want bytes.Buffer
	for i := range 500 {
		want.Write(bytes.Repeat([]byte{byte('a' + i%26)}, i%37))
	}
	go func() {
		for i := range 500 {
			_, _ = s.Write(bytes.Repeat([]byte{byte('a' + i%26)}, i%37))
		}
		s.end()
	}()
	var got bytes.Buffer
	for i := 0; ; i++ {
		p := make([]byte, 1+i%23)
		n, err := s.Read(p)
		got.Write(p[:n])
		if err != nil {
			break
		}
	}
	if !bytes.Equal(got.Bytes(), want.Bytes()) {
		t.Errorf("%d bytes came through, want %d in their order", got.Len(), want.Len())
	}
}
