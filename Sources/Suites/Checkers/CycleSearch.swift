// Finds what goes round in a circle: strongly connected components, and short cycles within them.

/// A directed graph of numbered nodes and edges, to look for cycles in.
struct CycleSearch: Sendable {
    /// An edge; it is named by its place in the list.
    struct Edge: Sendable, Hashable {
        let from: Int
        let to: Int
    }

    let edges: [Edge]
    /// The edges that leave each node.
    private let leaving: [[Int]]

    init(nodes: Int, edges: [Edge]) {
        self.edges = edges
        var leaving = [[Int]](repeating: [], count: nodes)
        for (index, edge) in edges.enumerated() { leaving[edge.from].append(index) }
        self.leaving = leaving
    }

    /// The strongly connected components of more than one node, each sorted, by their smallest nodes (Tarjan, "Depth-first
    /// search and linear graph algorithms", SIAM J. Computing 1(2), 1972). O(nodes + edges).
    func knots() -> [[Int]] {
        var search = Components(count: leaving.count)
        for root in leaving.indices where search.index[root] == nil {
            search.enter(root)
            while let frame = search.frames.last {
                let (node, cursor) = frame
                if cursor < leaving[node].count {
                    search.frames[search.frames.count - 1].cursor += 1
                    search.see(edges[leaving[node][cursor]].to, from: node)
                } else {
                    search.leave(node)
                }
            }
        }
        return search.found.sorted { $0[0] < $1[0] }
    }

    /// The edges of a shortest cycle within a knot, beginning at its smallest node. With `starts` the cycle has one of these
    /// edges; of the others it has only those that `isIncluded` allows. O(starts × edges of the knot), of which the first
    /// 512 starts are tried.
    func shortestCycle(
        in knot: [Int], through starts: ((Int) -> Bool)? = nil, _ isIncluded: (Int) -> Bool = { _ in true }
    ) -> [Int]? {
        let nodes = Set(knot)
        var best: [Int]?
        var tried = 0
        for node in knot {
            for edge in leaving[node] where starts?(edge) ?? isIncluded(edge) {
                guard nodes.contains(edges[edge].to), tried < 512 else { continue }
                tried += 1
                let limit = best.map { $0.count - 2 } ?? .max
                guard
                    let way = path(from: edges[edge].to, to: node, within: nodes, limit: limit, isIncluded)
                else { continue }
                best = [edge] + way
                if way.count <= 1 { return best.map(rotated) }
            }
        }
        return best.map(rotated)
    }

    /// The edges of a shortest path of at most `limit` edges: breadth first.
    private func path(
        from start: Int, to goal: Int, within nodes: Set<Int>, limit: Int, _ isIncluded: (Int) -> Bool
    ) -> [Int]? {
        if start == goal { return [] }
        var arrived: [Int: Int] = [:]
        var front = [start]
        var length = 0
        while !front.isEmpty, length < limit {
            length += 1
            var next: [Int] = []
            for node in front {
                for edge in leaving[node] where isIncluded(edge) {
                    let to = edges[edge].to
                    guard nodes.contains(to), to != start, arrived[to] == nil else { continue }
                    arrived[to] = edge
                    if to == goal { return way(to: goal, from: start, arrived) }
                    next.append(to)
                }
            }
            front = next
        }
        return nil
    }

    private func way(to goal: Int, from start: Int, _ arrived: [Int: Int]) -> [Int] {
        var way: [Int] = []
        var node = goal
        while node != start, let edge = arrived[node] {
            way.append(edge)
            node = edges[edge].from
        }
        return way.reversed()
    }

    private func rotated(_ cycle: [Int]) -> [Int] {
        let first = cycle.indices.min { edges[cycle[$0]].from < edges[cycle[$1]].from } ?? 0
        return Array(cycle[first...] + cycle[..<first])
    }
}

/// What Tarjan's search keeps.
private struct Components {
    var index: [Int?]
    private var lowest: [Int]
    private var isOpen: [Bool]
    private var open: [Int] = []
    private var count = 0
    var frames: [(node: Int, cursor: Int)] = []
    private(set) var found: [[Int]] = []

    init(count: Int) {
        index = Array(repeating: nil, count: count)
        lowest = Array(repeating: 0, count: count)
        isOpen = Array(repeating: false, count: count)
    }

    mutating func enter(_ node: Int) {
        index[node] = count
        lowest[node] = count
        count += 1
        open.append(node)
        isOpen[node] = true
        frames.append((node, 0))
    }

    mutating func see(_ node: Int, from: Int) {
        guard let number = index[node] else { return enter(node) }
        if isOpen[node] { lowest[from] = min(lowest[from], number) }
    }

    mutating func leave(_ node: Int) {
        frames.removeLast()
        if let parent = frames.last?.node { lowest[parent] = min(lowest[parent], lowest[node]) }
        guard lowest[node] == index[node] else { return }
        var component: [Int] = []
        while let last = open.popLast() {
            isOpen[last] = false
            component.append(last)
            if last == node { break }
        }
        if component.count > 1 { found.append(component.sorted()) }
    }
}
