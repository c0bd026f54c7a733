package redis_test

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/patchbay/patchbay/internal/redis/redistest"
)

// measured is one metric of a collector.
type measured struct {
	name, label string
	value       float64
}

func gather(collector prometheus.Collector) (all []measured) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collector)
	families, _ := registry.Gather()
	for _, family := range families {
		for _, m := range family.GetMetric() {
			one := measured{name: family.GetName(), value: m.GetCounter().GetValue() + m.GetGauge().GetValue()}
			if labels := m.GetLabel(); len(labels) > 0 {
				one.label = labels[len(labels)-1].GetValue()
			}
			all = append(all, one)
		}
	}
	return all
}

func TestCacheMetricsTellThatRedisIsAway(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	c := cacheNode(t, open(t, server.URL()), briskCache)
	value := func(name string) float64 {
		for _, collector := range c.Collectors() {
			for _, metric := range gather(collector) {
				if metric.name == name {
					return metric.value
				}
			}
		}
		t.Fatalf("there is no metric %s", name)
		return 0
	}
	listening(t, c)
	if value("patchbay_cache_degraded") != 0 || value("patchbay_cache_listening") != 1 {
		t.Error("the metrics say that Redis is away")
	}
	server.Kill()
	await(t, "the metric", func() bool {
		found(t, c, slot("key"))
		return value("patchbay_cache_degraded") == 1 && value("patchbay_cache_listening") == 0 && gets(t, c, "off") > 0
	})
}
