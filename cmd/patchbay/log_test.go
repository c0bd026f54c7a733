package main

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestLogIsWrittenInBatches(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		b := &batchWriter{to: &out}
		wrote := func(when, want string) {
			t.Helper()
			synctest.Wait()
			b.mu.Lock()
			defer b.mu.Unlock()
			if got := out.String(); got != want {
				t.Errorf("%s: %.40q (%d bytes), want %.40q", when, got, len(got), want)
			}
			out.Reset()
		}
		write := func(text string) {
			if _, err := b.Write([]byte(text)); err != nil {
				t.Error(err)
			}
		}
		write("a\n")
		write("b\n")
		wrote("at once", "")
		time.Sleep(logDelay)
		wrote("after a while", "a\nb\n")
		many := strings.Repeat("x", logBytes)
		write(many)
		wrote("when it is much", many)
		write("last\n")
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		wrote("at the end", "last\n")
		time.Sleep(2 * logDelay)
		wrote("later", "")
	})
}
