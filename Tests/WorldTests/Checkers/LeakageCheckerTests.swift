// Every token of every user is found where it does not belong; compared with a search word by word.

import Testing

@testable import Suites

@Suite struct LeakageCheckerTests {
    private let checker = LeakageChecker([
        OwnedToken(text: "kestrel-7", owner: "ada"), OwnedToken(text: "heron-9", owner: "bob"),
        OwnedToken(text: "shared-1", owner: "ada"), OwnedToken(text: "shared-1", owner: "bob"),
    ])

    @Test func ownAndSharedTextsAreNoLeak() {
        #expect(checker.check([ShownText(user: "ada", place: "page", text: "kestrel-7 and shared-1, heron-")]) == [])
        #expect(checker.check([ShownText(user: "bob", place: "page", text: "shared-1heron-9")]) == [])
    }

    @Test func leaksAreNamedOnce() {
        let shown = [
            ShownText(user: "bob", place: "GET /threads", text: #"{"title":"kestrel-7","x":"kestrel-7"}"#),
            ShownText(user: "cyd", place: "error", text: "no shared-1"),
        ]
        #expect(
            checker.check(shown).map(\.description) == [
                "bob was shown 'kestrel-7' of ada in GET /threads", "cyd was shown 'shared-1' of ada and bob in error",
            ])
    }

    @Test func theLongestTokenCounts() {
        let checker = LeakageChecker([
            OwnedToken(text: "user-1", owner: "user-1"), OwnedToken(text: "user-10", owner: "user-10"),
            OwnedToken(text: "ser", owner: "cyd"),
        ])
        #expect(checker.check([ShownText(user: "user-10", place: "page", text: "hello user-10!")]) == [])
        #expect(checker.check([ShownText(user: "user-10", place: "page", text: "hello user-1!")]).count == 1)
        #expect(checker.check([ShownText(user: "user-1", place: "page", text: "a server, user-1")]).map(\.token) == ["ser"])
    }

    @Test func theAutomatonFindsWhatAPlainSearchFinds() {
        var found = 0
        for seed in 1...1000 as ClosedRange<UInt64> {
            var choices = SeededChoices(seed: seed)
            func word(_ length: Int) -> String { (0..<length).map { _ in choices.one(of: ["a", "b", "ä"]) }.joined() }
            let tokens = Set((0..<4).map { _ in word(1 + choices.number(below: 4)) }).sorted()
            let text = word(20)
            // Every place where a token stands, but for those within a longer one.
            let bytes = Array(text.utf8)
            var places: [(token: Int, begin: Int, end: Int)] = []
            for (index, token) in tokens.enumerated() {
                let wanted = Array(token.utf8)
                for begin in 0..<bytes.count where bytes[begin...].starts(with: wanted) {
                    places.append((index, begin, begin + wanted.count))
                }
            }
            let outer = places.filter { place in
                !places.contains {
                    $0.begin <= place.begin && $0.end >= place.end && $0.end - $0.begin > place.end - place.begin
                }
            }
            let expected = outer.sorted { $0.end < $1.end }.map { [$0.token, $0.end] }
            let matches = TokenSearch(tokens).matches(in: text).map { [$0.token, $0.end] }
            #expect(matches == expected, "seed \(seed): \(tokens) in \(text)")
            found += matches.count
        }
        #expect(found > 5000)
    }
}
