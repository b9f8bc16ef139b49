// All benchmarks, in the order in which they run, and the program that the benchmark package's tool starts.

import Benchmark
import Dispatch

@main
enum BenchmarkProgram {
    static func main() async {
        await withTaskExecutorPreference(HarnessQueue()) {
            await BenchmarkRunner.setupBenchmarkRunner(registerBenchmarks: register)
        }
    }

    /// Registers every benchmark. Their figures are custom metrics, since rates and ratios of whole runs count here.
    private static func register() {
        addSchedulerBenchmarks()
        addPingPongBenchmarks()
        addWireBenchmarks()
        addGoldenPathBenchmarks()
        addPaceBenchmarks()
        addInjectorBenchmarks()
        addSearchBenchmarks()
    }
}

/// Where the harness waits for each benchmark to end. It blocks a thread as it waits, and on the usual executor that
/// would be one of the few that loopback's tasks run on: the comparison would be unfair to loopback.
private final class HarnessQueue: TaskExecutor {
    private let queue = DispatchQueue(label: "benchmark harness")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
