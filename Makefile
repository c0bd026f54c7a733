# Patchbay. `make` alone lists what there is to do.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
BUILD := go build -buildvcs=false -trimpath -ldflags "-s -w -X main.version=$(VERSION)"

.PHONY: help build run test check lint generate fuzz bench bench-compare bench-load faults killed clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

build: ## build bin/patchbay, telling how far it is
	@.ci/build $(BUILD) -o bin/patchbay ./cmd/patchbay

run: build ## run the guided demo on embedded storage and sandboxes; needs no account
	@bin/patchbay demo

# SQLite is C made into Go, single-threaded by its own lock: watched for races too it takes three times as long.
PLAIN_SQLITE := modernc.org/sqlite/lib=-race=false

test: ## everything that must pass: format, vet, generated files, tests with the race detector
	@.ci/setup
	@$(MAKE) --no-print-directory lint
	go test -race -gcflags='$(PLAIN_SQLITE)' -shuffle=on -timeout 20m ./...

lint: ## gofmt, go vet
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "not formatted: $$unformatted"; exit 1; }
	go vet ./...

generate: ## write the generated docs and goldens anew (the tests check that they are current)
	go test ./cmd/patchbay -run 'TestReference' -update
	go test ./server -update
	go test ./mapping -run 'TestDocsListTransforms|TestExplain|TestGoldens$$' -update
	go test ./server/embed -run TestDistIsBuiltFromSrc -update

FUZZTIME ?= 60s
fuzz: ## fuzz everything that parses foreign bytes, FUZZTIME each
	@.ci/fuzz $(FUZZTIME)

bench: ## benchmarks of the hot paths, and the overhead of a call over a direct one
	go test -run '^$$' -bench . -benchmem ./...

bench-compare: ## the hub against a direct call and a reverse proxy, by turns: ratios
	PATCHBAY_COMPARE=1 go test ./cmd/patchbay -run '^$$' -bench Compare -benchtime 1x

bench-load: ## the native helpdesk with 10,000, 100,000 and 1,000,000 tickets; half an hour and 4 GB of disk
	PLATFORM_TICKETS=10000,100000,1000000 go test ./connectors/platform -run '^$$' -bench Load -benchtime 1x -timeout 2h

killed: ## 64 writers on the native helpdesk for a minute, killed six times: nothing acknowledged may be lost
	go test ./connectors/platform -run TestKilledWhileWriting -count=1 -v -timeout 30m -args -killed.duration=60s -killed.times=6

FAULTS_TIME ?= 10s
faults: ## three hubs, a Redis and sandboxes, all broken on purpose; each scenario FAULTS_TIME long (docs/faults.md)
	@.ci/setup
	go test ./cmd/patchbay -run '^TestFaults$$' -count=1 -v -timeout 1h -args -faults.duration=$(FAULTS_TIME)

clean: ## remove what was built
	rm -rf bin
