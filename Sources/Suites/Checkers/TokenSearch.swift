// Finds many tokens in a text at once.

/// The automaton of Aho and Corasick ("Efficient string matching", CACM 18(6), 1975) over bytes.
///
/// Building it is linear in the tokens' bytes, searching in the text's bytes and the matches, however many tokens there are.
struct TokenSearch: Sendable {
    private struct Node {
        /// Sorted by byte; most nodes have one.
        var next: [(byte: UInt8, node: Int)] = []
        var fallback = 0
        var token: Int?
        /// The nearest node on the way of fallbacks that ends a token.
        var shorter: Int?

        func follow(_ byte: UInt8) -> Int? {
            var low = 0
            var high = next.count
            while low < high {
                let middle = (low + high) / 2
                if next[middle].byte == byte { return next[middle].node }
                if next[middle].byte < byte { low = middle + 1 } else { high = middle }
            }
            return nil
        }
    }

    private var nodes = [Node()]
    private let lengths: [Int]

    /// An automaton for these tokens, none of them empty and none twice.
    init(_ tokens: [String]) {
        lengths = tokens.map(\.utf8.count)
        for (index, token) in tokens.enumerated() {
            precondition(!token.isEmpty, "an empty token is in every text")
            var node = 0
            for byte in token.utf8 { node = child(of: node, byte) }
            precondition(nodes[node].token == nil, "the token '\(token)' is there twice")
            nodes[node].token = index
        }
        linkFallbacks()
    }

    private mutating func child(of node: Int, _ byte: UInt8) -> Int {
        if let known = nodes[node].follow(byte) { return known }
        nodes.append(Node())
        let place = nodes[node].next.firstIndex { $0.byte > byte } ?? nodes[node].next.count
        nodes[node].next.insert((byte, nodes.count - 1), at: place)
        return nodes.count - 1
    }

    private mutating func linkFallbacks() {
        var queue = nodes[0].next.map(\.node)
        var head = 0
        while head < queue.count {
            let node = queue[head]
            head += 1
            for (byte, child) in nodes[node].next {
                var fallback = nodes[node].fallback
                while fallback != 0, nodes[fallback].follow(byte) == nil { fallback = nodes[fallback].fallback }
                fallback = nodes[fallback].follow(byte) ?? 0
                nodes[child].fallback = fallback
                nodes[child].shorter = nodes[fallback].token == nil ? nodes[fallback].shorter : fallback
                queue.append(child)
            }
        }
    }

    /// The tokens in a text, each time they are there, by the place where they end.
    /// A match that lies within a longer one is none: `user-1` is not in `user-10` if both are tokens.
    func matches(in text: String) -> [(token: Int, end: Int)] {
        var found: [(token: Int, end: Int)] = []
        var node = 0
        for (offset, byte) in text.utf8.enumerated() {
            while node != 0, nodes[node].follow(byte) == nil { node = nodes[node].fallback }
            node = nodes[node].follow(byte) ?? 0
            // Shorter tokens that end here lie within the longest.
            guard let longest = nodes[node].token == nil ? nodes[node].shorter : node, let token = nodes[longest].token
            else { continue }
            let begin = offset + 1 - lengths[token]
            while let last = found.last, last.end - lengths[last.token] >= begin { found.removeLast() }
            found.append((token, offset + 1))
        }
        return found
    }
}
