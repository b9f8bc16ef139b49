// All toxics of one direction of one connection, in their order: bytes in, and what is to be done with the peer out.

import NIOCore

/// A direction of a proxied connection, without the sockets. It is told what comes and what time it is, and says what to
/// write, how to end, when to be asked again, and whether it can take more.
struct ToxicChain: Sendable {
    /// What is to be done with the channel at the end of the chain.
    enum Action: Equatable {
        case write(ByteBuffer)
        /// The last thing that is done.
        case end(ProxyEnd)
    }

    /// What waits for one stage.
    private struct Queue: Sendable {
        /// How much may wait before the sender has to.
        struct Limit {
            let chunks: Int
            let bytes: Int
            static let usual = Limit(chunks: 1, bytes: .max)
            /// What is delayed is on its way, not stuck: a delay must not become a limit of the rate.
            static let delayed = Limit(chunks: 1024, bytes: 4 << 20)
        }

        private(set) var elements = CircularBuffer<ProxyElement>()
        private var bytes = 0

        func hasRoom(_ limit: Limit) -> Bool { elements.count < limit.chunks && bytes < limit.bytes }

        mutating func append(_ element: ProxyElement) {
            if case .data(let chunk) = element { bytes += chunk.bytes.readableBytes }
            elements.append(element)
        }

        mutating func popFirst() -> ProxyElement? {
            guard let element = elements.popFirst() else { return nil }
            if case .data(let chunk) = element { bytes -= chunk.bytes.readableBytes }
            return element
        }
    }

    private var stages: [ToxicStage] = []
    /// What waits for each stage, and behind the last one what waits for the peer.
    private var queues = [Queue()]
    private var isInputOpen = true
    /// Whether its end was reached: nothing is done any more.
    private(set) var isDone = false

    /// A chain of these toxics.
    init(_ toxics: [Toxic] = [], now: NIODeadline, chance: (Toxic) -> ToxicChance) {
        for toxic in toxics { add(toxic, now: now, chance: chance(toxic)) }
    }

    /// Whether the sender may send more.
    var wantsInput: Bool { isInputOpen && !isDone && hasRoom(before: 0) }

    /// When it has to be asked for the next action, if nothing else happens before.
    func nextDeadline(after now: NIODeadline) -> NIODeadline? {
        guard !isDone else { return nil }
        let deadlines = stages.flatMap { [$0.alarm, $0.next?.due] }.compactMap { $0 }
        return deadlines.filter { $0 > now && $0 < .distantFuture }.min()
    }

    /// Takes bytes from the sender.
    mutating func receive(_ bytes: ByteBuffer, now: NIODeadline) {
        guard isInputOpen, !isDone, bytes.readableBytes > 0 else { return }
        queues[0].append(.data(ProxyChunk(bytes: bytes, stamp: now)))
    }

    /// The sender has nothing more to say.
    mutating func finish() {
        guard isInputOpen, !isDone else { return }
        isInputOpen = false
        queues[0].append(.end(.finished))
    }

    /// The receiver is gone.
    mutating func abandon() {
        isDone = true
        stages = []
        queues = [Queue()]
    }

    /// The next thing to do; nil until something changes or ``nextDeadline(after:)`` is reached.
    mutating func next(now: NIODeadline, isWritable: Bool) -> Action? {
        guard !isDone else { return nil }
        advance(now)
        switch queues[stages.count].elements.first {
        case .data(let chunk) where isWritable:
            _ = queues[stages.count].popFirst()
            return .write(chunk.bytes)
        case .end(let end):
            abandon()
            return .end(end)
        case .data, nil: return nil
        }
    }

    /// Adds a toxic behind the others. What has passed them already is not held up.
    mutating func add(_ toxic: Toxic, now: NIODeadline, chance: ToxicChance) {
        guard !isDone, index(of: toxic) == nil else { return }
        queues.insert(Queue(), at: stages.count)
        stages.append(ToxicStage(toxic, chance: chance, now: now))
    }

    /// Changes the parameters of a toxic: what it holds goes on at once, what comes meets the new ones.
    mutating func update(_ toxic: Toxic, now: NIODeadline) {
        guard let place = index(of: toxic) else { return }
        for element in stages[place].update(to: toxic, now: now) { queues[place + 1].append(element) }
    }

    /// Removes a toxic: what it and its queue hold goes on at once, and no byte is lost; but a timeout closes.
    mutating func remove(_ toxic: Toxic) {
        guard let place = index(of: toxic) else { return }
        var elements = stages[place].leave()
        let cuts = elements.contains { if case .end = $0 { true } else { false } }
        if !cuts { elements += queues[place].elements }
        for element in elements { queues[place + 1].append(element) }
        stages.remove(at: place)
        queues.remove(at: place)
        if cuts { cut(before: place) }
    }

    private func index(of toxic: Toxic) -> Int? { stages.firstIndex { $0.toxic.name == toxic.name } }

    private func hasRoom(before place: Int) -> Bool {
        guard place < stages.count, case .latency = stages[place].toxic.effect else { return queues[place].hasRoom(.usual) }
        return queues[place].hasRoom(.delayed)
    }

    /// Whatever comes from before `place` is of no use any more: an end has passed.
    private mutating func cut(before place: Int) {
        isInputOpen = false
        stages.removeFirst(place)
        queues.removeFirst(place)
    }

    /// Moves everything as far as it goes. From the back, so that what moves makes room for what follows.
    private mutating func advance(_ now: NIODeadline) {
        var hasMoved = true
        while hasMoved {
            hasMoved = false
            var place = stages.count - 1
            while place >= 0 {
                if step(place, now) { hasMoved = true }
                place = min(place, stages.count) - 1
            }
        }
    }

    /// One move of a stage; false where it can do nothing now.
    private mutating func step(_ place: Int, _ now: NIODeadline) -> Bool {
        if let alarm = stages[place].alarm, alarm <= now {
            queues[place + 1].append(.end(.closed))
            cut(before: place + 1)
            return true
        }
        if let release = stages[place].next {
            guard release.due <= now else { return false }
            if case .data = release.element, !hasRoom(before: place + 1) { return false }
            let element = stages[place].release()
            queues[place + 1].append(element)
            if case .end = element { cut(before: place + 1) }
            return true
        }
        guard let element = queues[place].popFirst() else { return false }
        stages[place].take(element, now: now)
        return true
    }
}
