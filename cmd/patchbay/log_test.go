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

// TestErrorsAreLoggedAtOnce: whatever becomes of the process, the last error and what came before it are there.
func TestErrorsAreLoggedAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		b := &batchWriter{to: &out}
		log := config{}.batchLogger(b).With("part", 1).WithGroup("g")
		log.Info("first")
		if out.Len() > 0 {
			t.Errorf("a line is written at once: %s", out.String())
		}
		log.Error("second", "a", 2)
		lines := strings.Split(out.String(), "\n")
		if len(lines) != 3 || !strings.HasSuffix(lines[0], "level=INFO msg=first part=1") || !strings.HasSuffix(lines[1], "level=ERROR msg=second part=1 g.a=2") {
			t.Errorf("after an error the log is %q", out.String())
		}
	})
}
