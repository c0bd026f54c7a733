package main

import "github.com/patchbay/patchbay/server"

// parts are those whose condition /readyz shows.
func (h *hub) parts() []server.Part {
	limiter, cache := server.Fixed("memory"), server.Fixed("memory")
	if status := h.shared.status; status != nil {
		limiter = func() server.Condition {
			now := status()
			return server.Condition{Backend: "redis", Degraded: now.Degraded, Since: now.Since, Reason: now.Reason}
		}
	}
	if status := h.shared.cacheState; status != nil {
		cache = func() server.Condition {
			now := status()
			return server.Condition{Backend: "redis", Degraded: now.Degraded, Since: now.Since, Reason: now.Reason}
		}
	}
	return []server.Part{
		{Name: "store", Condition: server.Fixed("sqlite")}, {Name: "limiter", Condition: limiter}, {Name: "cache", Condition: cache},
	}
}
