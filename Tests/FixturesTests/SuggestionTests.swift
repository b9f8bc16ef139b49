// "Did you mean": near names are found, far ones are not forced upon anybody.

import Testing

@testable import Fixtures

@Suite struct SuggestionTests {
    private let known = ["latency", "drop", "reset", "partition", "clog"]

    @Test(arguments: [
        ("latncy", "latency"), ("latecny", "latency"), ("LATENCY", "latency"), ("drp", "drop"), ("dropp", "drop"),
        ("partion", "partition"), ("rest", "reset"), ("part", "partition"), ("lat", "latency"),
    ])
    func nearNamesAreFound(name: String, nearest: String) {
        #expect(Suggestion.nearest(to: name, in: known) == nearest)
    }

    @Test(arguments: ["", "x", "teleport", "zzzzzzz", "ncy"]) func farNamesAreNot(name: String) {
        #expect(Suggestion.nearest(to: name, in: known) == nil)
    }

    @Test func tiesAreBrokenByName() {
        #expect(Suggestion.nearest(to: "bat", in: ["hat", "cat"]) == "cat")
        #expect(Suggestion.nearest(to: "bat", in: []) == nil)
    }

    @Test(arguments: [
        ("", "", 0), ("abc", "abc", 0), ("abc", "", 3), ("abc", "acb", 1), ("abcd", "abxd", 1), ("kitten", "sitting", 3),
    ])
    func distances(left: String, right: String, distance: Int) {
        #expect(Suggestion.distance(Array(left), Array(right)) == distance)
        #expect(Suggestion.distance(Array(right), Array(left)) == distance)
    }
}
