// Every anomaly by name, with the cycle in words.

import Kernel
import Testing

@testable import Suites

@Suite struct SerializabilityCheckerTests {
    private func transaction(
        _ name: String, _ steps: Transaction.Step..., certainty: Certainty = .done, during: ClosedRange<Int>? = nil
    ) -> Transaction {
        func instant(_ second: Int) -> Instant { .simulatedEpoch.advanced(by: .seconds(second)) }
        return Transaction(
            name: name, process: name == "T1" ? "ada" : "bob", steps: steps, certainty: certainty,
            begin: during.map { instant($0.lowerBound) }, end: during.map { instant($0.upperBound) })
    }

    private func anomalies(_ level: IsolationLevel = .serializable, _ transactions: Transaction...) -> [Anomaly] {
        SerializabilityChecker(level: level).check(transactions).map(\.anomaly)
    }

    @Test func serialHistoriesPass() {
        #expect(
            anomalies(
                .strictSerializable, transaction("T1", .append("x", "1"), .readList("x", ["1"]), during: 0...1),
                transaction("T2", .readList("x", ["1"]), .append("x", "2"), during: 2...3),
                transaction("T3", .readList("x", ["1", "2"]), during: 4...5)) == [])
        #expect(
            anomalies(
                .strictSerializable, transaction("T1", .write("x", "1"), .read("x", "1"), during: 0...1),
                transaction("T2", .read("x", "1"), .write("x", "2"), during: 2...3),
                transaction("T3", .read("x", "2"), during: 4...5)) == [])
    }

    @Test func dirtyWrite() {
        let found = SerializabilityChecker().check([
            transaction("T1", .append("x", "1"), .append("y", "1")), transaction("T2", .append("x", "2"), .append("y", "2")),
            transaction("T3", .readList("x", ["1", "2"]), .readList("y", ["2", "1"])),
        ])
        #expect(
            found.map(\.description) == [
                """
                dirty write (G0): T1 before T2: T2 (bob) appended 2 to x after 1 of T1; T2 before T1: T1 (ada) appended 1 to y \
                after 2 of T2; so T1 came before itself
                """
            ])
    }

    @Test func abortedRead() {
        let aborted = transaction("T1", .append("x", "1"), .write("y", "1"), certainty: .failed)
        #expect(anomalies(.readCommitted, aborted, transaction("T2", .readList("x", ["1"]))) == [.abortedRead])
        #expect(anomalies(.readCommitted, aborted, transaction("T2", .read("y", "1"))) == [.abortedRead])
        #expect(anomalies(.readCommitted, aborted, transaction("T2", .readList("x", []), .read("y", nil))) == [])
    }

    @Test func intermediateRead() {
        let writer = transaction("T1", .append("x", "1"), .append("x", "2"), .write("y", "1"), .write("y", "2"))
        #expect(anomalies(.readCommitted, writer, transaction("T2", .readList("x", ["1"]))).first == .intermediateRead)
        #expect(anomalies(.readCommitted, writer, transaction("T2", .read("y", "1"))) == [.intermediateRead])
        #expect(anomalies(.serializable, writer, transaction("T2", .readList("x", ["1", "2"]), .read("y", "2"))) == [])
    }

    @Test func circularInformationFlow() {
        let found = SerializabilityChecker(level: .readCommitted).check([
            transaction("T1", .append("x", "1"), .read("y", "2")), transaction("T2", .write("y", "2"), .readList("x", ["1"])),
        ])
        #expect(
            found.map(\.description) == [
                """
                circular information flow (G1c): T1 before T2: T2 (bob) read x = [1], with 1 of T1 (ada); T2 before T1: T1 (ada) \
                read y = 2, which T2 (bob) wrote; so T1 came before itself
                """
            ])
    }

    @Test func lostUpdate() {
        let lists = [
            transaction("T1", .readList("x", []), .append("x", "1")), transaction("T2", .readList("x", []), .append("x", "2")),
        ]
        // That the second update was lost shows in the list that lacks it, and that it was not in the order.
        for list in [["1"], ["1", "2"]] {
            let all = lists + [transaction("T3", .readList("x", list))]
            #expect(SerializabilityChecker(level: .snapshot).check(all).map(\.anomaly) == [.lostUpdate])
            #expect(SerializabilityChecker(level: .readCommitted).check(all).isEmpty)
        }
        let found = SerializabilityChecker().check([
            transaction("T1", .read("x", nil), .write("x", "1")), transaction("T2", .read("x", nil), .write("x", "2")),
        ])
        #expect(
            found.map(\.description) == [
                """
                lost update: T1 before T2: T1 (ada) read x = nothing, before T2 (bob) wrote another value; T2 before T1: T2 (bob) \
                read x = nothing, before T1 (ada) wrote another value; so T1 came before itself
                """
            ])
    }

    @Test func readSkew() {
        let lists = [
            transaction("T1", .readList("x", []), .readList("y", ["2"])), transaction("T2", .append("x", "1"), .append("y", "2")),
            transaction("T3", .readList("x", ["1"])),
        ]
        #expect(SerializabilityChecker(level: .snapshot).check(lists).map(\.anomaly) == [.readSkew])
        #expect(SerializabilityChecker(level: .readCommitted).check(lists).isEmpty)
        #expect(
            anomalies(
                .snapshot, transaction("T1", .read("x", nil), .read("y", "2")),
                transaction("T2", .write("x", "1"), .write("y", "2")))
                == [.readSkew])
    }

    @Test func writeSkew() {
        let lists = [
            transaction("T1", .readList("x", []), .append("y", "1")), transaction("T2", .readList("y", []), .append("x", "2")),
        ]
        #expect(SerializabilityChecker().check(lists).map(\.anomaly) == [.writeSkew])
        #expect(SerializabilityChecker(level: .snapshot).check(lists).isEmpty)
        #expect(
            anomalies(
                .serializable, transaction("T1", .read("x", nil), .write("y", "1")),
                transaction("T2", .read("y", nil), .write("x", "2")))
                == [.writeSkew])
    }

    @Test func staleReadsShowInRealTime() {
        let lists = [
            transaction("T1", .append("x", "1"), during: 0...1), transaction("T2", .readList("x", []), during: 2...3),
            transaction("T3", .readList("x", ["1"]), during: 4...5),
        ]
        let found = SerializabilityChecker(level: .strictSerializable).check(lists)
        #expect(found.map(\.needsRealTime) == [true])
        #expect(found.first?.description.contains("T1 (ada) had ended before T2 (bob) began") ?? false, "\(found)")
        #expect(SerializabilityChecker().check(lists).isEmpty)
        let registers = [
            transaction("T1", .write("x", "1"), during: 0...1), transaction("T2", .write("x", "2"), during: 2...3),
            transaction("T3", .read("x", "1"), during: 4...5),
        ]
        #expect(SerializabilityChecker(level: .strictSerializable).check(registers).count == 1)
        #expect(SerializabilityChecker().check(registers).isEmpty)
    }

    @Test func whatNoOrderIsNeededFor() {
        #expect(anomalies(.readCommitted, transaction("T1", .append("x", "1"), .readList("x", []))) == [.ownWriteUnseen])
        #expect(anomalies(.readCommitted, transaction("T1", .write("x", "1"), .read("x", nil))) == [.ownWriteUnseen])
        #expect(
            anomalies(.readCommitted, transaction("T1", .readList("x", ["7"]), .read("y", "7"))) == [
                .unwrittenValue, .unwrittenValue,
            ])
        let two = transaction("T1", .append("x", "1"))
        let three = transaction("T2", .append("x", "2"))
        #expect(anomalies(.readCommitted, two, transaction("T3", .readList("x", ["1", "1"]))) == [.doubledValue])
        #expect(
            anomalies(
                .readCommitted, two, three, transaction("T3", .readList("x", ["1", "2"])),
                transaction("T4", .readList("x", ["2"])))
                == [.incompatibleOrder])
        #expect(anomalies(.readCommitted, two, transaction("T2", .append("x", "1"))) == [.reusedValue])
    }

    @Test func aLostCommitCountsOnceItsWritesWereSeen() {
        let lost = transaction("T1", .append("x", "1"), .append("y", "1"), certainty: .unknown)
        #expect(anomalies(.serializable, lost, transaction("T2", .readList("x", []), .readList("y", []))) == [])
        #expect(anomalies(.serializable, lost, transaction("T2", .readList("x", ["1"]), .readList("y", ["1"]))) == [])
        // Half of it was seen, and then again not the other half.
        #expect(
            anomalies(
                .serializable, lost, transaction("T2", .readList("x", ["1"]), .readList("y", [])),
                transaction("T3", .readList("y", ["1"])))
                == [.readSkew])
    }
}
