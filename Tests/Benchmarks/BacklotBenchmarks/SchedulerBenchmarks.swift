// The scheduler alone: how fast tasks change places, and how fast timers come due.

import Benchmark
import Kernel

/// Switches by `Task.yield`, and sleeps of many tasks.
func addSchedulerBenchmarks() {
    let switches = Figure("task switches/s")
    let switchSteps = Figure("events/s of switches")
    Benchmark.figures("Task.yield, 10 tasks", [switches, switchSteps]) { benchmark in
        let (tasks, yields) = (10, 50_000)
        let (outcome, seconds) = timed {
            Simulation.run(.init(seed: 1)) { _ in
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<tasks {
                        group.addTask { for _ in 0..<yields { await Task.yield() } }
                    }
                }
            }
        }
        try outcome.value
        benchmark.note(switches, Double(tasks * yields) / seconds)
        benchmark.note(switchSteps, Double(outcome.steps) / seconds)
    }

    let timers = Figure("timers/s")
    let timerSteps = Figure("events/s of timers")
    Benchmark.figures("Task.sleep, 1000 tasks", [timers, timerSteps]) { benchmark in
        let (tasks, sleeps) = (1000, 200)
        let (outcome, seconds) = timed {
            Simulation.run(.init(seed: 1)) { _ in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for task in 1...tasks {
                        // Durations that differ, so that the timers come due in every order.
                        group.addTask {
                            for sleep in 1...sleeps {
                                try await Task.sleep(for: .microseconds(1 + (task * 7919 + sleep * 104_729) % 10_000))
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
        try outcome.value
        benchmark.note(timers, Double(tasks * sleeps) / seconds)
        benchmark.note(timerSteps, Double(outcome.steps) / seconds)
    }
}
