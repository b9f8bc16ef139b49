# Two commands do everything, their own set-up included: make run, make test.

SWIFT_BUILD = swift build --explicit-target-dependency-import-check error

.PHONY: run test test-clients lint bench setup release compare-builds

# Builds, and runs the end-to-end suite with 10 users under seed 1 on the embedded defaults.
run: setup
	$(SWIFT_BUILD) --product backlot
	.build/debug/backlot run

# Builds and runs all tests.
test: setup
	$(SWIFT_BUILD) --build-tests
	swift test --skip-build

# Drives 'backlot up' with the clients that people really use, from PyPI. Needs Python 3.10 or later.
test-clients: setup
	$(SWIFT_BUILD) --product backlot
	Tests/Clients/run .build/debug/backlot

# Builds in debug and release, and compares the fingerprints of both.
compare-builds: release
	$(SWIFT_BUILD) --product backlot
	Tests/compare-builds

# Checks the format of all sources.
lint:
	swift format lint --strict --recursive --parallel Package.swift Sources Tests

# Builds with optimisation: runs several times as fast, and takes longer to build.
release: setup
	swift build -c release --product backlot

# Measures in release, and prints all figures as one table. Builds for minutes the first time.
bench: export BACKLOT_BENCHMARKS = 1
bench: release
	rm -rf .build/benchmarks
	swift package --allow-writing-to-directory .build/benchmarks benchmark \
		--target BacklotBenchmarks --format histogramSamples --path $(CURDIR)/.build/benchmarks --no-progress
	python3 Tests/Benchmarks/report.py .build/benchmarks .build/release/backlot

setup:
	@Docker-free-env/install
