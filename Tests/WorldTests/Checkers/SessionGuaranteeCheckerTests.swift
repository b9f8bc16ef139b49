// Each session guarantee, kept and broken, with versions and without.

import Kernel
import Testing

@testable import Suites

@Suite struct SessionGuaranteeCheckerTests {
    typealias Register = History<VersionedAction, VersionedAnswer>

    /// One after the other: `ada w x 1 @1` writes 1 as version 1; `bob r x -` reads nothing; `!` is a lost reply.
    private func history(_ lines: String...) -> Register {
        Register(
            lines.enumerated().map { index, line in
                var words = line.split(separator: " ").map(String.init)
                let version = words.last.flatMap { $0.hasPrefix("@") ? Int($0.dropFirst()) : nil }
                if version != nil { words.removeLast() }
                let isLost = words.last == "!"
                let isRead = words[1] == "r"
                let value = words[3] == "-" ? nil : words[3]
                return (
                    words[0], isRead ? .read(words[2]) : .write(words[2], words[3]),
                    isLost ? .unknown : .returned(VersionedAnswer(value: value, version: version)), 10 * index, 10 * index + 5
                )
            })
    }

    private func broken(_ history: Register) -> [[SessionGuarantee]] {
        SessionGuaranteeChecker().check(history).map(\.guarantees)
    }

    @Test func ordinarySessionsPass() {
        #expect(
            broken(
                history(
                    "ada r x -", "ada w x 1 @1", "bob r x 1 @1", "bob w x 2 @2", "ada r x 1 @1", "ada r x 2 @2",
                    "bob w y 3 @1", "cyd r y 3 @1", "cyd r x 2 @2")) == [])
        #expect(broken(history("ada w x 1", "bob r x -", "bob r x 1", "ada r x 1", "ada w x 2", "bob r x 1")) == [])
    }

    @Test func readYourWrites() {
        let violations = SessionGuaranteeChecker().check(
            history("bob w x 1 @1", "ada w x 2 @2", "ada r x 1 @1"))
        #expect(
            violations.map(\.description) == [
                "read your writes does not hold for x: ada read 1 after ada had written 2 (version 1 against version 2)"
            ])
        #expect(broken(history("ada w x 1", "ada r x -")) == [[.readYourWrites]])
        // Without versions it takes somebody who saw the order, or a session that goes to and fro.
        #expect(broken(history("bob w x 1", "ada w x 2", "ada r x 1")) == [])
        #expect(broken(history("bob w x 1", "ada r x 1", "ada w x 2", "ada r x 1")) == [[.readYourWrites, .writesFollowReads]])
    }

    @Test func monotonicReads() {
        #expect(broken(history("bob w x 1 @1", "bob w x 2 @2", "ada r x 2 @2", "ada r x 1 @1")) == [[.monotonicReads]])
        #expect(broken(history("bob w x 1", "ada r x 1", "ada r x -")) == [[.monotonicReads]])
        #expect(broken(history("bob w x 1", "cyd w x 2", "ada r x 1", "ada r x 2", "ada r x 1")) == [[.monotonicReads]])
    }

    @Test func monotonicWrites() {
        #expect(broken(history("ada w x 1 @2", "ada w x 2 @1")) == [[.monotonicWrites]])
        // Bob sees the second write and then not the first, which was to another key.
        let across = history("ada w x 1 @1", "ada w y 2 @1", "bob r y 2 @1", "bob r x -")
        #expect(broken(across) == [[.monotonicReads, .monotonicWrites]])
        #expect(SessionGuaranteeChecker(guarantees: [.monotonicWrites]).check(across).isEmpty)
    }

    @Test func writesFollowReads() {
        #expect(broken(history("bob w x 1 @2", "ada r x 1 @2", "ada w x 2 @1")) == [[.writesFollowReads]])
        #expect(
            broken(history("bob w x 1 @1", "ada r x 1 @1", "ada w y 2 @1", "cyd r y 2 @1", "cyd r x -")) == [
                [.monotonicReads, .writesFollowReads]
            ])
    }

    @Test func aLostReplyBindsNobody() {
        #expect(broken(history("ada w x 1 @1", "ada w x 2 !", "ada r x 1 @1", "ada r x 2 @2")) == [])
        #expect(broken(history("ada w x 1 @1", "ada w x 2 !", "ada r x 2 @2", "ada r x 1 @1")) == [[.monotonicReads]])
    }

    @Test func guaranteesCanBeLeftOut() {
        let history = history("bob w x 1 @1", "ada w x 2 @2", "ada r x 1 @1")
        #expect(SessionGuaranteeChecker(guarantees: [.monotonicReads]).check(history).isEmpty)
    }

    @Test func valuesFromNowhereAreProblems() {
        let checker = SessionGuaranteeChecker()
        #expect(checker.problems(history("ada r x 7")) == ["ada read 7 from x, which nobody had written"])
        #expect(checker.problems(history("ada w x 1", "bob w x 1")).count == 1)
        #expect(checker.problems(history("ada w x 1", "bob r x 1")) == [])
    }

    /// One copy that all read and write breaks nothing; replicas that lag break what they must.
    @Test func oneCopyIsNeverBlamedAndLaggingReplicasAre() {
        var blamed = 0
        for seed in 1...1000 as ClosedRange<UInt64> {
            for (lags, hasVersions) in [(false, true), (false, false), (true, true)] {
                let history = Self.run(seed: seed, lags: lags, hasVersions: hasVersions)
                let violations = SessionGuaranteeChecker().check(history)
                #expect(lags || violations.isEmpty, "seed \(seed): \(violations)")
                if !violations.isEmpty { blamed += 1 }
            }
        }
        #expect(blamed > 500)
    }

    private static func run(seed: UInt64, lags: Bool, hasVersions: Bool) -> Register {
        var choices = SeededChoices(seed: seed)
        var log: [String: [String?]] = ["x": [nil], "y": [nil]]
        var history = Register()
        for number in 1...20 {
            let key = choices.one(of: ["x", "y"])
            let process = choices.one(of: ["ada", "bob", "cyd"])
            let isWrite = choices.happens(percent: 40)
            let operation = history.begin(process, isWrite ? .write(key, "\(number)") : .read(key), at: .simulatedEpoch)
            if isWrite { log[key]?.append("\(number)") }
            let versions = log[key] ?? []
            let version = versions.count - 1 - (!isWrite && lags ? choices.number(below: versions.count) : 0)
            let answer = VersionedAnswer(value: versions[version], version: hasVersions ? version : nil)
            history.end(operation, choices.happens(percent: 10) ? .unknown : .returned(answer), at: .simulatedEpoch)
        }
        return history
    }
}
