// All benchmarks, in the order in which they run: the entry point that the benchmark package's plugin calls.

import Benchmark

/// Registers every benchmark. A benchmark's figures are custom metrics, since rates and ratios of whole runs count here.
let benchmarks: @Sendable () -> Void = {
    addSchedulerBenchmarks()
    addPingPongBenchmarks()
    addWireBenchmarks()
    addGoldenPathBenchmarks()
    addPaceBenchmarks()
}
