// The members of a JSON object, in the order in which they are written: by their names.

/// A JSON object: members by name, always sorted.
///
/// Objects on the wire have few members and are mostly built, sent, read once and dropped. A sorted array does that
/// without hashing a name and without sorting at the end. Looking a member up is O(log n), setting one O(n).
public struct JSONObject: Sendable, Hashable, ExpressibleByDictionaryLiteral, RandomAccessCollection {
    /// One member.
    public struct Member: Sendable, Hashable {
        /// Its name.
        public let key: String
        /// Its value.
        public var value: JSONValue
    }

    /// Up to so many members are searched one by one: comparing for equality is several times as fast as for order.
    private static let linearLimit = 12

    private var members: ContiguousArray<Member> = []

    /// An object without members.
    public init() {}

    /// An object of these members; of several with one name the last stays.
    public init(_ members: some Sequence<(String, JSONValue)>) {
        self.members.reserveCapacity(members.underestimatedCount)
        for (key, value) in members { self[key] = value }
    }

    public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }

    mutating func reserveCapacity(_ count: Int) { members.reserveCapacity(count) }

    public var startIndex: Int { 0 }
    public var endIndex: Int { members.count }
    /// The member at a place, in the order of the names.
    public subscript(_ place: Int) -> Member { members[place] }

    /// The names, sorted.
    public var keys: [String] { members.map(\.key) }

    /// The value of a member, nil where there is none; setting nil removes it.
    public subscript(_ key: String) -> JSONValue? {
        get { place(of: key).map { members[$0].value } }
        set {
            guard let newValue else {
                if let place = place(of: key) { members.remove(at: place) }
                return
            }
            // What is read, and most of what is built, comes sorted.
            guard let last = members.last, !(last.key < key) else {
                return members.append(Member(key: key, value: newValue))
            }
            let place = firstPlace(from: key)
            if members[place].key == key {
                members[place].value = newValue
            } else {
                members.insert(Member(key: key, value: newValue), at: place)
            }
        }
    }

    /// The members of both; where both have one, the other's.
    public func merging(_ other: JSONObject) -> JSONObject {
        var merged = self
        for member in other { merged[member.key] = member.value }
        return merged
    }

    private func place(of key: String) -> Int? {
        if members.count <= Self.linearLimit { return members.firstIndex { $0.key == key } }
        let place = firstPlace(from: key)
        return place < members.count && members[place].key == key ? place : nil
    }

    /// The place of the first member whose name is not before `key`.
    private func firstPlace(from key: String) -> Int {
        var (low, high) = (0, members.count)
        while low < high {
            let middle = (low + high) / 2
            if members[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension JSONObject: Codable {
    public init(from decoder: any Decoder) throws {
        let members = try decoder.singleValueContainer().decode([String: JSONValue].self)
        self.init(members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Dictionary(uniqueKeysWithValues: members.map { ($0.key, $0.value) }))
    }
}
