// Order, gaps and repetitions of messages, per sender, recipient and key.

import Testing

@testable import Suites

@Suite struct DeliveryOrderCheckerTests {
    private let sent = ["a", "b", "c", "d"].map { OrderedMessage(id: $0, sender: "bob", recipient: "ada", key: "t1") }

    private func received(_ ids: String...) -> [ReceivedMessage] {
        ids.map { ReceivedMessage(id: $0, recipient: "ada") }
    }

    @Test func inOrderAndCutOffAtTheEndIsWell() {
        #expect(DeliveryOrderChecker().check(sent: sent, received: received("a", "b", "c", "d")) == [])
        #expect(DeliveryOrderChecker().check(sent: sent, received: received("a", "b")) == [])
        #expect(DeliveryOrderChecker().check(sent: sent, received: received("a", "stray", "b")) == [])
    }

    @Test func gapsAreToldFromReordering() {
        #expect(
            DeliveryOrderChecker().check(sent: sent, received: received("a", "c", "b", "d")) == [
                .reordered(id: "b", after: "c", recipient: "ada")
            ])
        #expect(
            DeliveryOrderChecker().check(sent: sent, received: received("b", "d")) == [
                .gap(id: "a", before: "b", recipient: "ada"), .gap(id: "c", before: "d", recipient: "ada"),
            ])
        #expect(DeliveryOrderChecker(allowsGaps: true).check(sent: sent, received: received("b", "d")) == [])
        #expect(DeliveryOrderChecker(allowsGaps: true).check(sent: sent, received: received("d", "b")).count == 1)
    }

    @Test func duplicatesAreAllowedByOption() {
        let received = received("a", "b", "a", "c")
        #expect(DeliveryOrderChecker().check(sent: sent, received: received) == [.doubled(id: "a", recipient: "ada")])
        #expect(DeliveryOrderChecker(allowsDuplicates: true).check(sent: sent, received: received) == [])
    }

    @Test func sendersAndKeysHaveNoOrderAmongThem() {
        let others = [
            OrderedMessage(id: "x", sender: "cyd", recipient: "ada", key: "t1"),
            OrderedMessage(id: "y", sender: "bob", recipient: "ada", key: "t2"),
            OrderedMessage(id: "z", sender: "bob", recipient: "ada", key: "t2"),
        ]
        #expect(DeliveryOrderChecker().check(sent: sent + others, received: received("y", "x", "a", "z", "b")) == [])
        #expect(DeliveryOrderChecker().check(sent: sent + others, received: received("z", "a", "y")).count == 1)
    }

    @Test func whatIsUnknownOrRefusedHasNoPlace() {
        for certainty in [Certainty.unknown, .failed] {
            var sent = sent
            sent[1].certainty = certainty
            #expect(DeliveryOrderChecker().check(sent: sent, received: received("a", "c", "d")) == [])
            #expect(DeliveryOrderChecker().check(sent: sent, received: received("a", "c", "b", "d")) == [])
        }
    }
}
