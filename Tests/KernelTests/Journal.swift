// What several tasks wrote, in the order in which they did.

import Synchronization

/// A list that tasks append to.
final class Journal<Entry: Sendable>: Sendable {
    private let list = Mutex<[Entry]>([])

    func append(_ entry: Entry) { list.withLock { $0.append(entry) } }
    var entries: [Entry] { list.withLock { $0 } }
}
