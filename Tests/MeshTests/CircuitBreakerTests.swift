// The circuit breaker: every way from one state to another.

import Kernel
import Mesh
import Testing

@Suite struct CircuitBreakerTests {
    private func at(_ seconds: Double) -> Instant { Instant(nanoseconds: 0).advanced(by: .seconds(seconds)) }

    /// A breaker after five failures in a row at time 0.
    private var open: CircuitBreaker {
        var breaker = CircuitBreaker(CircuitBreaker.Settings())
        for _ in 0..<5 {
            #expect(breaker.admit(at: at(0)) == true)
            _ = breaker.fail(at: at(0))
        }
        return breaker
    }

    @Test func fiveFailuresInARowOpen() {
        var breaker = CircuitBreaker(CircuitBreaker.Settings())
        for round in 0..<3 {
            for _ in 0..<4 { #expect(breaker.fail(at: at(0)) == nil) }
            #expect(breaker.succeed() == nil, "round \(round)")
        }
        for _ in 0..<4 { #expect(breaker.fail(at: at(0)) == nil) }
        #expect(breaker.fail(at: at(0)) == .open(until: at(30)))
    }

    @Test func openLetsNobodyThrough() {
        var breaker = open
        #expect(breaker.admit(at: at(0)) == false)
        #expect(breaker.admit(at: at(29.999)) == false)
        // Late news of calls that were under way change nothing.
        #expect(breaker.succeed() == nil)
        #expect(breaker.fail(at: at(10)) == nil)
        #expect(breaker.state == .open(until: at(30)))
    }

    @Test func halfOpenLetsThreeThroughAndCloses() {
        var breaker = open
        let admitted = (0..<10).map { _ in breaker.admit(at: at(30)) }
        #expect(admitted == [true, true, true] + Array(repeating: false, count: 7))
        #expect(breaker.succeed() == nil)
        #expect(breaker.succeed() == nil)
        #expect(breaker.admit(at: at(31)) == false)
        #expect(breaker.succeed() == .closed(failures: 0))
        #expect(breaker.admit(at: at(31)) == true)
    }

    @Test func oneFailureHalfOpenOpensAgain() {
        var breaker = open
        #expect(breaker.admit(at: at(30)) == true)
        #expect(breaker.fail(at: at(31)) == .open(until: at(61)))
        #expect(breaker.admit(at: at(60)) == false)
    }

    @Test func whatIsGivenUpMakesRoomForAnotherProbe() {
        var breaker = open
        for _ in 0..<3 { #expect(breaker.admit(at: at(30)) == true) }
        #expect(breaker.admit(at: at(30)) == false)
        breaker.abandon()
        #expect(breaker.admit(at: at(30)) == true)
    }
}
