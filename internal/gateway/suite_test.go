package gateway_test

import (
	"testing"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/internal/gateway/gatewaytest"
	"github.com/patchbay/patchbay/operations/execute"
)

func TestMemoryLimiter(t *testing.T) {
	t.Parallel()
	gatewaytest.TestLimiter(t, gatewaytest.Limiters{Start: func(*testing.T) gateway.Limiter {
		return gateway.NewMemoryLimiter(gateway.MemoryLimiterOptions{})
	}})
}

func TestMemoryCache(t *testing.T) {
	t.Parallel()
	gatewaytest.TestCache(t, func(t *testing.T) execute.Cache {
		c := gateway.NewMemoryCache(0)
		t.Cleanup(c.Close)
		return c
	})
}
