// Lost, doubled, refused and strayed messages, under each guarantee.

import Testing

@testable import Suites

@Suite struct DeliveryCheckerTests {
    private func sent(_ id: String, _ recipient: String = "ada", _ certainty: Certainty = .done) -> SentMessage {
        SentMessage(id: id, recipient: recipient, certainty: certainty)
    }

    private func received(_ ids: String..., by recipient: String = "ada") -> [ReceivedMessage] {
        ids.map { ReceivedMessage(id: $0, recipient: recipient) }
    }

    @Test func allThatWasSentArrivesOnce() {
        let sent = [sent("a"), sent("b"), sent("a", "bob")]
        let received = received("b", "a") + received("a", by: "bob")
        for guarantee in [DeliveryGuarantee.exactlyOnce, .atLeastOnce, .atMostOnce] {
            #expect(DeliveryChecker(guarantee: guarantee).check(sent: sent, received: received) == [])
        }
    }

    @Test func lostOnesAreNamed() {
        let sent = [sent("a"), sent("b"), sent("a", "bob")]
        let lost: [DeliveryViolation] = [.lost(id: "b", recipient: "ada"), .lost(id: "a", recipient: "bob")]
        #expect(DeliveryChecker(guarantee: .exactlyOnce).check(sent: sent, received: received("a")) == lost)
        #expect(DeliveryChecker(guarantee: .atLeastOnce).check(sent: sent, received: received("a")) == lost)
        #expect(DeliveryChecker(guarantee: .atMostOnce).check(sent: sent, received: received("a")) == [])
        #expect(lost[0].description == "message b was accepted and never reached ada")
    }

    @Test func doubledOnesAreNamed() {
        let doubled = [DeliveryViolation.doubled(id: "a", recipient: "ada", times: 3)]
        let received = received("a", "a", "a")
        #expect(DeliveryChecker(guarantee: .exactlyOnce).check(sent: [sent("a")], received: received) == doubled)
        #expect(DeliveryChecker(guarantee: .atMostOnce).check(sent: [sent("a")], received: received) == doubled)
        #expect(DeliveryChecker(guarantee: .atLeastOnce).check(sent: [sent("a")], received: received) == [])
    }

    @Test func aLostReplyLeavesBothOpen() {
        let checker = DeliveryChecker(guarantee: .exactlyOnce)
        #expect(checker.check(sent: [sent("a", "ada", .unknown)], received: []) == [])
        #expect(checker.check(sent: [sent("a", "ada", .unknown)], received: received("a")) == [])
        #expect(checker.check(sent: [sent("a", "ada", .unknown)], received: received("a", "a")).count == 1)
    }

    @Test func repeatedAttemptsAreOneMessage() {
        let checker = DeliveryChecker(guarantee: .exactlyOnce)
        let attempts = [sent("a", "ada", .unknown), sent("a", "ada", .failed), sent("a")]
        #expect(checker.check(sent: attempts, received: received("a")) == [])
        #expect(checker.check(sent: attempts, received: []) == [.lost(id: "a", recipient: "ada")])
        #expect(checker.check(sent: Array(attempts.prefix(2)), received: []) == [])
    }

    @Test func whatWasRefusedOrNeverSentMustNotArrive() {
        let checker = DeliveryChecker(guarantee: .atLeastOnce)
        let sent = [sent("a", "ada", .failed), sent("b", "bob"), sent("b", "cyd")]
        let received = received("a", "b", "c", "c") + received("b", by: "bob") + received("b", by: "cyd")
        #expect(
            checker.check(sent: sent, received: received) == [
                .arrivedThoughRefused(id: "a", recipient: "ada"),
                .misdelivered(id: "b", recipient: "ada", rightful: ["bob", "cyd"]), .neverSent(id: "c", recipient: "ada"),
            ])
    }
}
