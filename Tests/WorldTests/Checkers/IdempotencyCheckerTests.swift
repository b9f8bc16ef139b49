// One key, one effect, one answer, whatever was lost on the way.

import Testing

@testable import Suites

@Suite struct IdempotencyCheckerTests {
    private func attempt(_ outcome: Outcome<String>, key: String = "k1", request: String = "charge 5") -> KeyedAttempt {
        KeyedAttempt(key: key, request: request, outcome: outcome)
    }

    @Test func aRepetitionAfterALostReplyCountsOnce() {
        let attempts = [attempt(.unknown), attempt(.failed), attempt(.returned("c1")), attempt(.returned("c1"))]
        #expect(IdempotencyChecker.check(attempts, effects: ["k1"]) == [])
        #expect(
            IdempotencyChecker.check(attempts, effects: ["k1", "k1"]) == [
                "key k1 has 2 effects after 4 attempts, 2 answered, 1 with lost replies"
            ])
        #expect(
            IdempotencyChecker.check(attempts, effects: []) == [
                "key k1 has no effect after 4 attempts, 2 answered, 1 with lost replies"
            ])
    }

    @Test func onlyLostRepliesLeaveItOpen() {
        #expect(IdempotencyChecker.check([attempt(.unknown)], effects: []) == [])
        #expect(IdempotencyChecker.check([attempt(.unknown)], effects: ["k1"]) == [])
        #expect(IdempotencyChecker.check([attempt(.unknown)], effects: ["k1", "k1"]).count == 1)
    }

    @Test func refusalsHaveNoEffect() {
        #expect(IdempotencyChecker.check([attempt(.failed)], effects: []) == [])
        #expect(
            IdempotencyChecker.check([attempt(.failed)], effects: ["k1"]) == [
                "key k1 has an effect, but all its attempts were refused"
            ])
    }

    @Test func answersAreAlikeAndRequestsToo() {
        #expect(
            IdempotencyChecker.check([attempt(.returned("c1")), attempt(.returned("c2"))], effects: ["k1"]) == [
                "key k1 was answered differently: c1 / c2"
            ])
        let other = attempt(.returned("c1"), request: "charge 6")
        #expect(
            IdempotencyChecker.check([attempt(.returned("c1")), other], effects: ["k1"]) == [
                "key k1 was accepted for different requests: charge 5 / charge 6"
            ])
        #expect(IdempotencyChecker.check([], effects: ["k9"]) == ["there is an effect of key k9, which nobody has used"])
    }
}
