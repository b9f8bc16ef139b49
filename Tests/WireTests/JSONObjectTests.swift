// JSON objects: sorted whatever the order of building, small or large.

import Testing
import Wire

@Suite struct JSONObjectTests {
    @Test(arguments: [0, 1, 5, 12, 13, 200]) func membersAreFoundAndSorted(count: Int) {
        // In an order that is neither sorted nor reversed.
        let names = (0..<count).map { "name \($0 * 7919 % 1009)" }
        var object = JSONObject()
        for (place, name) in names.enumerated() { object[name] = JSONValue(place) }
        #expect(object.keys == names.sorted())
        for (place, name) in names.enumerated() { #expect(object[name]?.integer == place) }
        #expect(object["missing"] == nil && object[""] == nil && object["zzz"] == nil)
        #expect(object == JSONObject(names.enumerated().reversed().map { ($1, JSONValue($0)) }))
        for name in names.dropFirst() { object[name] = nil }
        #expect(object.keys == Array(names.prefix(1)))
    }

    @Test func theLastOfEqualNamesStays() {
        #expect(JSONObject([("b", 1), ("a", 2), ("b", 3)]) == ["a": 2, "b": 3])
    }

    @Test func mergingPrefersTheOther() {
        let object: JSONObject = ["a": 1, "c": 3]
        #expect(object.merging(["b": 2, "c": 4, "d": 5]) == ["a": 1, "b": 2, "c": 4, "d": 5])
        #expect(object.merging([:]) == object && JSONObject().merging(object) == object)
    }
}
