# sweep: `make demo` runs the main job, `make test` passes the tests; the rest
# is for people who change it.
.PHONY: build demo test bench bench-ingest bench-pages bench-train lint fmt deps test-deps compose-env crash-test
SHELL := bash
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
SOURCE := $(shell git describe --always --abbrev=40 --exclude '*' --dirty 2>/dev/null)
LDFLAGS := -X main.release=$(VERSION) -X main.source=$(SOURCE)
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
WORKFLOWCHECK := go.temporal.io/sdk/contrib/tools/workflowcheck@v0.6.0

build: bin/sweep bin/devserver

.PHONY: bin/sweep bin/devserver
bin/sweep:
	go build -ldflags '$(LDFLAGS)' -o $@ ./cmd/sweep

bin/devserver:
	go -C cmd/devserver build -ldflags '-s -w' -o ../../$@ .

# Installs what is missing where this user may: PostgreSQL's programs to run;
# for the tests also numpy (a checkpoint read from Python) and Chromium.
deps:
	@scripts/deps

test-deps:
	@scripts/deps tests

demo: deps build
	@scripts/demo

test: test-deps build
	@scripts/test

bench: bench-ingest bench-pages bench-train
	go test -run '^$$' -bench . -benchtime 1s ./...

lint:
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "run make fmt"; exit 1; }
	go vet ./...
	go -C cmd/devserver vet ./...
	go run $(STATICCHECK) ./...
	go run $(WORKFLOWCHECK) ./...

fmt:
	gofmt -w .

# Points per second through the fenced path, beside one row per point.
bench-ingest:
	@go run ./internal/devstack/stacktest/cmd go run ./cmd/bench-ingest

# What pages, compare and the report wait for on 100 million points (1 GB).
bench-pages:
	@go run ./internal/devstack/stacktest/cmd go run ./cmd/bench-pages

# Processor time of training beside PyTorch, JAX and gorgonia's own machine;
# installs the peers (6 GB) into a cache folder and writes docs/benchmarks.md.
bench-train:
	@scripts/bench-train

# Trains the classifier of MNIST's sample scores again, some minutes, and
# compares its bytes with the program's.
.PHONY: lenet
lenet:
	go run ./cmd/train-lenet

# Trains the attribute reader of the faces' scores again, half an hour of a core,
# compares its bytes with the program's and examines it.
.PHONY: reader
reader:
	go run ./cmd/train-reader

# The CUDA kernels on the processor, a fiber for each thread: kerneltest and
# packed training, in three orders of the threads. Needs a C++ compiler.
.PHONY: gpu-host
gpu-host:
	go vet -tags cudahost ./training/kernels/cuda/... ./training/tasks/gaussians/packtest ./training/tasks/mnist/packtest ./training/tasks/faces/packtest ./training/tasks/stacked/packtest
	go test -count=1 -tags cudahost ./training/kernels/cuda/host ./training/tasks/gaussians/packtest ./training/tasks/mnist/packtest ./training/tasks/faces/packtest ./training/tasks/stacked/packtest

# bin/sweep for NVIDIA devices. It starts without one too. The headers go to a
# cache folder.
.PHONY: gpu-build gpu-vet gpu-kernels
gpu-build:
	@. scripts/gpu-env && set -x && go build -tags gpu -ldflags '$(LDFLAGS)' -o bin/sweep ./cmd/sweep

gpu-vet:
	@. scripts/gpu-env && set -x && go vet -tags gpu ./training/kernels/cuda/... && go test -count=1 -tags gpu ./training/kernels/cuda/driver

# On a machine with a device: the kernels' suite, packs against the reference,
# throughput beside PyTorch. bin/gpu-check and scripts/gpu-check need no Go.
.PHONY: gpu-check bin/gpu-check
gpu-check: bin/gpu-check
	@scripts/gpu-check

bin/gpu-check:
	@. scripts/gpu-env && go test -c -tags gpu -o $@ ./cmd/gpu-check

# bin/gpu-check against a libcuda.so.1 that runs the kernels on the processor:
# what a machine without a device can say about package driver.
.PHONY: gpu-standin
gpu-standin: bin/gpu-check
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && cd training/kernels/cuda && \
	$(CXX) -O2 -std=c++17 -Wno-unknown-pragmas -shared -fPIC -Wl,-soname,libcuda.so.1 -o "$$dir/libcuda.so.1" \
	  toolkit/standin.cpp host/kernels.cpp host/shim.cpp && \
	LD_LIBRARY_PATH="$$dir" ../../../bin/gpu-check -test.run 'Suite|Packs|Registers'

# Compiles the kernels again, after a change to them.
gpu-kernels:
	go run ./training/kernels/cuda/compile "$$(scripts/gpu-toolkit)"

crash-test: build
	scripts/crash-test

compose-env:
	@scripts/compose-env
