// Variance, deviation, covariance, correlation: from sums of powers.

import Foundation

/// Aggregates of moments.
enum MomentAggregates {
    static let all: [AggregateDefinition] = [
        variance("varPop", "VAR_POP") { $0.m2 / $0.count }, variance("varSamp", "VAR_SAMP") { $0.m2 / ($0.count - 1) },
        variance("stddevPop", "STDDEV_POP") { ($0.m2 / $0.count).squareRoot() },
        variance("stddevSamp", "STDDEV_SAMP") { ($0.m2 / ($0.count - 1)).squareRoot() },
        variance("varPopStable", "varPopStable") { $0.m2 / $0.count },
        variance("varSampStable", "varSampStable") { $0.m2 / ($0.count - 1) },
        variance("stddevPopStable", "stddevPopStable") { ($0.m2 / $0.count).squareRoot() },
        variance("stddevSampStable", "stddevSampStable") { ($0.m2 / ($0.count - 1)).squareRoot() },
        covariance("covarPop", "COVAR_POP") { $0.c / $0.count }, covariance("covarSamp", "COVAR_SAMP") { $0.c / ($0.count - 1) },
        covariance("covarPopStable", "covarPopStable") { $0.c / $0.count },
        covariance("covarSampStable", "covarSampStable") { $0.c / ($0.count - 1) },
        covariance("corr", "corr") { $0.c / ($0.xm2 * $0.ym2).squareRoot() },
        covariance("corrStable", "corrStable") { $0.c / ($0.xm2 * $0.ym2).squareRoot() },
    ]

    /// Count, mean and the sum of squared differences from the mean (Welford's method).
    struct Moments {
        var count = 0.0
        var mean = 0.0
        var m2 = 0.0
    }

    /// The same for two variables, and the sum of products of their differences.
    struct JointMoments {
        var count = 0.0
        var xMean = 0.0
        var yMean = 0.0
        var xm2 = 0.0
        var ym2 = 0.0
        var c = 0.0
    }

    private static func variance(_ name: String, _ other: String, _ finish: @escaping @Sendable (Moments) -> Double)
        -> AggregateDefinition
    {
        AggregateDefinition(name, other, anyCase: true) { request in
            try request.expect(1...1)
            _ = try request.number(0)
            return AggregateFunction(name: request.name, type: .float64, argumentTypes: [.float64]) { MomentStates(finish) }
        }
    }

    private static func covariance(
        _ name: String, _ other: String, _ finish: @escaping @Sendable (JointMoments) -> Double
    ) -> AggregateDefinition {
        AggregateDefinition(name, other, anyCase: true) { request in
            try request.expect(2...2)
            _ = (try request.number(0), try request.number(1))
            return AggregateFunction(name: request.name, type: .float64, argumentTypes: [.float64, .float64]) {
                JointStates(finish)
            }
        }
    }
}

private final class MomentStates: AggregateStates {
    private var moments: [MomentAggregates.Moments] = []
    private let finish: (MomentAggregates.Moments) -> Double
    init(_ finish: @escaping (MomentAggregates.Moments) -> Double) { self.finish = finish }
    override func resize(_ groups: Int) { moments += repeatElement(.init(), count: max(0, groups - moments.count)) }
    override func add(_ arguments: [Column], _ groups: [Int]) {
        for (group, value) in zip(groups, arguments[0].doubles) {
            moments[group].count += 1
            let difference = value - moments[group].mean
            moments[group].mean += difference / moments[group].count
            moments[group].m2 += difference * (value - moments[group].mean)
        }
    }
    override func result() -> Column { .float64(moments.map { $0.count == 0 ? .nan : finish($0) }) }
}

private final class JointStates: AggregateStates {
    private var moments: [MomentAggregates.JointMoments] = []
    private let finish: (MomentAggregates.JointMoments) -> Double
    init(_ finish: @escaping (MomentAggregates.JointMoments) -> Double) { self.finish = finish }
    override func resize(_ groups: Int) { moments += repeatElement(.init(), count: max(0, groups - moments.count)) }
    override func add(_ arguments: [Column], _ groups: [Int]) {
        let (xs, ys) = (arguments[0].doubles, arguments[1].doubles)
        for (row, group) in groups.enumerated() {
            var joint = moments[group]
            joint.count += 1
            let (dx, dy) = (xs[row] - joint.xMean, ys[row] - joint.yMean)
            joint.xMean += dx / joint.count
            joint.yMean += dy / joint.count
            joint.xm2 += dx * (xs[row] - joint.xMean)
            joint.ym2 += dy * (ys[row] - joint.yMean)
            joint.c += dx * (ys[row] - joint.yMean)
            moments[group] = joint
        }
    }
    override func result() -> Column { .float64(moments.map { $0.count == 0 ? .nan : finish($0) }) }
}
