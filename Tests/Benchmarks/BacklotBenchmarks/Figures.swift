// How figures are taken and told: real time around a run, and one custom metric for each figure.

import Benchmark
import Kernel

/// One figure of a benchmark, larger is better. The report finds it by its name, so no two may share one.
struct Figure {
    let metric: BenchmarkMetric

    init(_ name: String) { metric = .custom(name, polarity: .prefersLarger, useScalingFactor: false) }
}

extension Benchmark {
    /// Registers a benchmark of figures: `warmups` runs that do not count, then as many as fit into some seconds.
    static func figures(
        _ name: String, _ figures: [Figure], warmups: Int = 1, maxIterations: Int = 5,
        _ body: @escaping (Benchmark) async throws -> Void
    ) {
        let metrics = figures.map(\.metric)
        // In whole units: the export would else round to thousands or millions.
        let units = Dictionary(uniqueKeysWithValues: metrics.map { ($0, BenchmarkUnits.count) })
        let configuration = Configuration(
            metrics: metrics, units: units, warmupIterations: warmups, maxDuration: .seconds(3),
            maxIterations: maxIterations)
        _ = Benchmark(name, configuration: configuration, closure: body)
    }

    /// Notes a value of a figure, rounded to a whole number.
    func note(_ figure: Figure, _ value: Double) { measurement(figure.metric, Int(value.rounded())) }

    /// Notes a ratio, as a hundred times its value: measurements are whole numbers.
    func note(_ figure: Figure, ratio: Double) { note(figure, ratio * 100) }
}

/// The real time that `body` takes, in seconds, and what it returns.
func timed<Value>(_ body: () throws -> Value) rethrows -> (value: Value, seconds: Double) {
    let begun = ContinuousClock.now
    let value = try body()
    return (value, (ContinuousClock.now - begun).milliseconds / 1000)
}

/// The real time that `body` takes, in seconds, and what it returns.
func timed<Value>(_ body: () async throws -> Value) async rethrows -> (value: Value, seconds: Double) {
    let begun = ContinuousClock.now
    let value = try await body()
    return (value, (ContinuousClock.now - begun).milliseconds / 1000)
}

/// A benchmark whose work was not done: its figure would mean nothing.
struct WrongResult: Error, CustomStringConvertible {
    let description: String

    /// Throws unless `condition` holds.
    static func unless(_ condition: Bool, _ description: @autoclosure () -> String) throws {
        if !condition { throw WrongResult(description: description()) }
    }
}
