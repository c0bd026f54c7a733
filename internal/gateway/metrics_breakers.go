package gateway

import "github.com/prometheus/client_golang/prometheus"

// breakers shows how many breakers are in which state.
type breakers struct {
	breaker Breaker
	desc    *prometheus.Desc
}

func newBreakers(breaker Breaker) breakers {
	return breakers{breaker, prometheus.NewDesc(
		"patchbay_upstream_breakers", "Breakers of services that have failed, by state.", []string{"connector", "state"}, nil)}
}

// Describe is prometheus.Collector's.
func (b breakers) Describe(to chan<- *prometheus.Desc) { to <- b.desc }

// Collect is prometheus.Collector's.
func (b breakers) Collect(to chan<- prometheus.Metric) {
	counts := map[[2]string]int{}
	for _, s := range b.breaker.States() {
		key := [2]string{s.Connector, s.State}
		if s.Imported {
			key[0] = imported
		}
		if _, known := counts[key]; !known && len(counts) >= maxMeteredConnectors {
			key[0] = others
		}
		counts[key]++
	}
	for key, n := range counts {
		to <- prometheus.MustNewConstMetric(b.desc, prometheus.GaugeValue, float64(n), key[0], key[1])
	}
}
