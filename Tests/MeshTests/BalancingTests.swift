// Which replica gets a call: turns, ejections, probes, and what is done where nobody is well.

import Kernel
import Mesh
import Testing
import Wire

@Suite struct BalancingTests {
    private let replicas = (1...3).map { Endpoint.replica($0, of: "agent") }
    private let start = Instant(nanoseconds: 0)

    private func at(_ seconds: Double) -> Instant { start.advanced(by: .seconds(seconds)) }

    @Test func everybodyHasATurn() {
        var balancer = Balancer(Ejection.Settings(), start: 1)
        let picks = (0..<6).map { _ in balancer.pick(from: replicas, avoiding: [], at: start).instance }
        #expect(picks == ["agent-2", "agent-3", "agent-1", "agent-2", "agent-3", "agent-1"])
    }

    @Test func anotherAttemptGoesElsewhere() {
        var balancer = Balancer(Ejection.Settings())
        let first = balancer.pick(from: replicas, avoiding: [], at: start)
        let second = balancer.pick(from: replicas, avoiding: [first], at: start)
        let third = balancer.pick(from: replicas, avoiding: [first, second], at: start)
        #expect(Set([first, second, third]).count == 3)
        // Where all were tried, one of them is tried again.
        #expect(replicas.contains(balancer.pick(from: replicas, avoiding: replicas, at: start)))
    }

    @Test func whoFailsIsLeftOutAndProbed() {
        var balancer = Balancer(Ejection.Settings())
        let bad = replicas[1]
        for count in 1...5 {
            let change = balancer.fail(bad, at: at(0))
            if count < 5 { #expect(change == nil) } else { #expect(change == .ejected(until: at(5))) }
        }
        func picks(_ count: Int, _ second: Double) -> [Endpoint] {
            (0..<count).map { _ in balancer.pick(from: replicas, avoiding: [], at: at(second)) }
        }
        #expect(!picks(30, 4.9).contains(bad))
        // One probe and no more, until it is known how it went.
        #expect(picks(30, 5).filter { $0 == bad }.count == 1)
        #expect(balancer.fail(bad, at: at(5)) == .ejected(until: at(15)), "the second ejection lasts twice as long")
        #expect(!picks(30, 14.9).contains(bad))
        #expect(picks(30, 15).filter { $0 == bad }.count == 1)
        #expect(balancer.succeed(bad) == .returned)
        #expect(picks(30, 15).filter { $0 == bad }.count == 10)
    }

    @Test func asLongAsOneSucceedsNobodyIsEjected() {
        var balancer = Balancer(Ejection.Settings())
        for _ in 0..<20 {
            for _ in 0..<4 { #expect(balancer.fail(replicas[0], at: start) == nil) }
            #expect(balancer.succeed(replicas[0]) == nil)
        }
    }

    @Test func whereAllAreEjectedAllAreTried() {
        var balancer = Balancer(Ejection.Settings())
        for replica in replicas { for _ in 0..<5 { _ = balancer.fail(replica, at: start) } }
        let picks = (0..<9).map { _ in balancer.pick(from: replicas, avoiding: [], at: at(1)) }
        #expect(Set(picks).count == 3)
    }

    @Test func ejectionsDoNotGrowForEver() {
        var ejection = Ejection(Ejection.Settings())
        var now = start
        for _ in 0..<5 { _ = ejection.fail(at: now) }
        for _ in 0..<40 {
            now = now.advanced(by: .seconds(60))
            ejection.begin(at: now)
            #expect(!ejection.isAvailable(at: now))
            guard case .ejected(let until)? = ejection.fail(at: now) else {
                Issue.record("a probe that fails ejects again")
                return
            }
            #expect(until <= now.advanced(by: .seconds(60)))
        }
    }
}
