package platform

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

// BenchmarkLoad fills a store with tickets of three comments each, and accounts and contacts beside them, and tells how
// long operations take then. PLATFORM_TICKETS is how many tickets, 2,000 by default; several counts, growing, are
// measured one after the other in the same store, and make the columns of a table. PLATFORM_DIR keeps the store for
// another run.
//
//	PLATFORM_TICKETS=10000,100000,1000000 go test ./connectors/platform -run '^$' -bench Load -benchtime 1x -timeout 2h
func BenchmarkLoad(b *testing.B) {
	l := newLoad(b)
	for _, tickets := range l.stages {
		start := time.Now()
		if err := l.fill(b, tickets); err != nil {
			b.Fatal(err)
		}
		l.note("filled within, s", tickets, strconv.Itoa(int(time.Since(start).Seconds())))
		l.note("size of the file, MB", tickets, strconv.FormatInt(l.size(b)>>20, 10))
		for _, q := range l.questions(b.Context()) {
			b.Run(strconv.Itoa(tickets)+"/"+q.name, func(b *testing.B) {
				used := processorTime()
				took := l.measure(b, q)
				used = (processorTime() - used) / time.Duration(len(took))
				p50, p99 := took[len(took)/2], took[len(took)*99/100]
				b.ReportMetric(float64(p50.Microseconds()), "p50-µs")
				b.ReportMetric(float64(p99.Microseconds()), "p99-µs")
				b.ReportMetric(float64(used.Microseconds()), "cpu-µs")
				b.ReportMetric(0, "ns/op")
				l.note(q.name, tickets, fmt.Sprintf("%.1f (%.1f) %.1f", p50.Seconds()*1000, p99.Seconds()*1000, used.Seconds()*1000))
			})
		}
		b.Run(strconv.Itoa(tickets)+"/create_ticket, 64 at once", func(b *testing.B) {
			rate, used := l.crowd(b, 64, 5*time.Second)
			b.ReportMetric(rate, "creates/s")
			b.ReportMetric(float64(used.Microseconds()), "cpu-µs")
			b.ReportMetric(0, "ns/op")
			l.note("create_ticket, 64 at once, per second", tickets, fmt.Sprintf("%.0f; %.1f", rate, used.Seconds()*1000))
		})
	}
	fmt.Print(l.table())
}

const (
	loadSamples = 300
	loadPause   = 10 * time.Second // after which a question is not asked again
)

// measure asks a question many times, and gives how long each took, shortest first.
func (l *load) measure(b *testing.B, q loadQuestion) []time.Duration {
	var took []time.Duration
	started := time.Now()
	for b.Loop() {
		for len(took) == 0 || len(took)%loadSamples != 0 && time.Since(started) < loadPause {
			input := q.input(l.random)
			start := time.Now()
			output, err := l.run(b.Context(), q.operation, input)
			if err != nil {
				b.Fatalf("%s: %v", input, err)
			}
			took = append(took, time.Since(start))
			if q.wanted != "" && !strings.Contains(string(output), q.wanted) {
				b.Fatalf("%s: the answer lacks %s: %.500s", input, q.wanted, output)
			}
		}
	}
	slices.Sort(took)
	return took
}

// crowd creates tickets from several goroutines at once, and gives how many per second, and the processor time of one.
func (l *load) crowd(b *testing.B, writers int, long time.Duration) (perSecond float64, each time.Duration) {
	var created [64]int
	inputs := make([]string, 100)
	for i := range inputs {
		inputs[i] = l.ticketInput()
	}
	start, used := time.Now(), processorTime()
	for b.Loop() {
		var all sync.WaitGroup
		for w := range writers {
			all.Go(func() {
				for until := time.Now().Add(long); time.Now().Before(until); created[w]++ {
					if _, err := l.run(b.Context(), "create_ticket", inputs[(w+created[w])%len(inputs)]); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
	}
	total := 0
	for _, n := range created {
		total += n
	}
	return float64(total) / time.Since(start).Seconds(), (processorTime() - used) / time.Duration(max(1, total))
}

// processorTime is what the process has used. Unlike the time that passes, it tells the same whatever else the machine does.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// load is a store full of tickets, and what there is to ask of it.
type load struct {
	dir        string
	store      *store.Store
	operations map[string]operations.Operation
	stages     []int // how many tickets
	tickets    int   // there are now, at least
	words      []string
	random     *rand.Rand
	zipf       *rand.Zipf
	rows       []string                  // of the table
	cells      map[string]map[int]string // by row and stage
}

func newLoad(b *testing.B) *load {
	b.Helper()
	random := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	l := &load{
		dir: os.Getenv("PLATFORM_DIR"), operations: map[string]operations.Operation{}, random: random,
		zipf: rand.NewZipf(random, 1.1, 8, 20_000), cells: map[string]map[int]string{},
	}
	if l.dir == "" {
		l.dir = b.TempDir()
	}
	counts := os.Getenv("PLATFORM_TICKETS")
	if counts == "" {
		counts = "2000"
	}
	for count := range strings.SplitSeq(counts, ",") {
		n, err := strconv.Atoi(count)
		if err != nil {
			b.Fatal(err)
		}
		l.stages = append(l.stages, n)
	}
	for i := range 20_001 {
		l.words = append(l.words, "w"+strconv.FormatInt(int64(i)*7919+100_000, 36))
	}
	var err error
	if l.store, err = store.Open(b.Context(), l.dir); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := l.store.Close(); err != nil {
			b.Error(err)
		}
	})
	for _, operation := range Connector(Options{Database: l.store}).Operations {
		l.operations[operation.Spec().Name] = operation
	}
	if err := Seed(b.Context(), l.store, store.DefaultWorkspace); err != nil {
		b.Fatal(err)
	}
	return l
}

func loadCall(input string) *operations.Call {
	return &operations.Call{
		Input: json.RawMessage(input), Workspace: store.DefaultWorkspace, Caller: "load", Now: time.Now, Usage: &operations.Usage{},
	}
}

func (l *load) run(ctx context.Context, operation, input string) (json.RawMessage, error) {
	return l.operations[operation].Run(ctx, loadCall(input))
}

func (l *load) size(b *testing.B) int64 {
	info, err := os.Stat(l.dir + "/" + store.FileName)
	if err != nil {
		b.Fatal(err)
	}
	return info.Size()
}

func (l *load) note(row string, stage int, cell string) {
	if l.cells[row] == nil {
		l.rows, l.cells[row] = append(l.rows, row), map[int]string{}
	}
	l.cells[row][stage] = cell
}

// table is what was found out, in Markdown.
func (l *load) table() string {
	var t strings.Builder
	t.WriteString("\n| p50 (p99) and processor time, ms |")
	for _, stage := range l.stages {
		fmt.Fprintf(&t, " %d tickets |", stage)
	}
	t.WriteString("\n| --- |" + strings.Repeat(" ---: |", len(l.stages)) + "\n")
	for _, row := range l.rows {
		t.WriteString("| " + row + " |")
		for _, stage := range l.stages {
			t.WriteString(" " + l.cells[row][stage] + " |")
		}
		t.WriteString("\n")
	}
	return t.String()
}
