package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"
)

func (c config) logger(w io.Writer) *slog.Logger { return slog.New(c.logHandler(w)) }

func (c config) logHandler(w io.Writer) slog.Handler {
	options := &slog.HandlerOptions{Level: slog.Level(c.LogLevel)}
	if c.json {
		return slog.NewJSONHandler(w, options)
	}
	return slog.NewTextHandler(w, options)
}

// batchLogger logs in batches. What is an error is written at once, with all that came before it.
func (c config) batchLogger(b *batchWriter) *slog.Logger {
	return slog.New(promptHandler{c.logHandler(b), b})
}

type promptHandler struct {
	slog.Handler
	batch *batchWriter
}

// Handle takes over a line.
func (h promptHandler) Handle(ctx context.Context, record slog.Record) error {
	err := h.Handler.Handle(ctx, record)
	if record.Level >= slog.LevelError {
		err = errors.Join(err, h.batch.Close())
	}
	return err
}

// WithAttrs is the same with attributes.
func (h promptHandler) WithAttrs(attributes []slog.Attr) slog.Handler {
	return promptHandler{h.Handler.WithAttrs(attributes), h.batch}
}

// WithGroup is the same within a group.
func (h promptHandler) WithGroup(name string) slog.Handler {
	return promptHandler{h.Handler.WithGroup(name), h.batch}
}

// Bounds of what is gathered before it is written.
const (
	logDelay = 50 * time.Millisecond
	logBytes = 32 << 10
)

// batchWriter writes what is logged in batches: a busy hub would otherwise spend a system call on each line.
type batchWriter struct {
	to io.Writer

	mu      sync.Mutex
	pending []byte
	timer   *time.Timer // set while something is pending
}

// Write takes over p. An error is that of an earlier batch.
func (b *batchWriter) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pending = append(b.pending, p...)
	if len(b.pending) >= logBytes {
		return len(p), b.flush()
	}
	if b.timer == nil {
		b.timer = time.AfterFunc(logDelay, func() { _ = b.Close() })
	}
	return len(p), nil
}

// Close writes what is pending. The writer can be used on.
func (b *batchWriter) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.flush()
}

func (b *batchWriter) flush() error {
	if b.timer != nil {
		b.timer.Stop()
		b.timer = nil
	}
	if len(b.pending) == 0 {
		return nil
	}
	_, err := b.to.Write(b.pending)
	b.pending = b.pending[:0]
	if err != nil {
		return fmt.Errorf("writing the log: %w", err)
	}
	return nil
}
