// One toxic at work on one direction of one connection: takes what comes, and says when it goes on.

import NIOCore

/// How a direction of a connection ends.
enum ProxyEnd: Sendable, Equatable {
    /// The sender has nothing more to say.
    case finished
    /// A toxic closes the connection.
    case closed
    /// A toxic resets the connection.
    case reset
}

/// Bytes on their way through a proxy.
struct ProxyChunk: Sendable, Equatable {
    var bytes: ByteBuffer
    /// When they came, or when the last toxic that delayed them let them go.
    var stamp: NIODeadline
}

/// What passes through a chain of toxics.
enum ProxyElement: Sendable, Equatable {
    case data(ProxyChunk)
    case end(ProxyEnd)
}

/// An element, and when it goes on.
struct ToxicRelease: Sendable, Equatable {
    var element: ProxyElement
    let due: NIODeadline
}

/// What a toxic remembers of a connection.
struct ToxicMemory: Sendable {
    /// Bytes that it let pass.
    var transmitted: Int64 = 0
    /// Until when the line is busy with what was sent before.
    var busyUntil = NIODeadline.uptimeNanoseconds(0)
    /// How many decisions it took.
    var decisions: UInt64 = 0
}

/// A toxic at work. It holds what it has taken, and takes no more before that is gone.
struct ToxicStage: Sendable {
    private(set) var toxic: Toxic
    private let chance: ToxicChance
    /// Whether the toxic spoils this connection; where it does not, everything passes.
    private(set) var isActive: Bool
    private var memory = ToxicMemory()
    private var held = CircularBuffer<ToxicRelease>()
    /// When it closes the connection, if nothing comes before.
    private(set) var alarm: NIODeadline?

    init(_ toxic: Toxic, chance: ToxicChance, now: NIODeadline) {
        self.toxic = toxic
        self.chance = chance
        isActive = chance.hits(toxicity: toxic.toxicity)
        setAlarm(now)
    }

    /// Whether it can take the next element.
    var isIdle: Bool { held.isEmpty }

    /// The next element to go on, and when.
    var next: ToxicRelease? { held.first }

    /// Takes the next element.
    mutating func take(_ element: ProxyElement, now: NIODeadline) {
        held.append(contentsOf: releases(of: element, now: now))
        setAlarm(now)
    }

    /// Lets the first element go.
    mutating func release() -> ProxyElement {
        var element = held.removeFirst()
        if case .data(let chunk) = element.element, element.due > chunk.stamp {
            element.element = .data(ProxyChunk(bytes: chunk.bytes, stamp: element.due))
        }
        return element.element
    }

    /// Goes on with other parameters. What is held goes on at once and is returned, for no byte is lost; an end that
    /// waits for nothing but a delay is looked at anew.
    mutating func update(to toxic: Toxic, now: NIODeadline) -> [ProxyElement] {
        let (data, end) = giveUp()
        let waits = if case .slowClose = self.toxic.effect { true } else { false }
        self.toxic = toxic
        isActive = chance.hits(toxicity: toxic.toxicity)
        setAlarm(now)
        if let end {
            if waits { take(end.element, now: now) } else { held.append(end) }
        }
        return data
    }

    /// What goes on when the toxic is removed: what it holds, at once. A timeout that held a connection up closes it.
    mutating func leave() -> [ProxyElement] {
        if isActive, case .timeout = toxic.effect { return [.end(.closed)] }
        let (data, end) = giveUp()
        return data + (end.map { [$0.element] } ?? [])
    }

    private mutating func giveUp() -> (data: [ProxyElement], end: ToxicRelease?) {
        var data: [ProxyElement] = []
        var end: ToxicRelease?
        for release in held {
            if case .data = release.element { data.append(release.element) } else { end = release }
        }
        held.removeAll()
        return (data, end)
    }

    private mutating func setAlarm(_ now: NIODeadline) {
        if isActive, case .timeout(let timeout) = toxic.effect { alarm = timeout.alarm(now) } else { alarm = nil }
    }

    private mutating func releases(of element: ProxyElement, now: NIODeadline) -> [ToxicRelease] {
        guard isActive else { return [ToxicRelease(element: element, due: now)] }
        switch (toxic.effect, element) {
        case (.slowClose(let toxic), .end(let end)): return [toxic.release(of: end, now: now)]
        case (.resetPeer(let toxic), _): return [toxic.release(now: now)]
        case (.timeout, .data): return []
        case (_, .end), (.noop, _), (.slowClose, .data): return [ToxicRelease(element: element, due: now)]
        case (.latency(let toxic), .data(let chunk)): return [toxic.release(of: chunk, &memory, chance)]
        case (.bandwidth(let toxic), .data(let chunk)): return toxic.releases(of: chunk, now: now, &memory)
        case (.slicer(let toxic), .data(let chunk)): return toxic.releases(of: chunk, now: now, &memory, chance)
        case (.limitData(let toxic), .data(let chunk)): return toxic.releases(of: chunk, now: now, &memory)
        }
    }
}

extension TimeAmount {
    /// A time as a toxic's parameter says it: not below 0, and at most a hundred years.
    static func parameter(_ count: Int64, nanosecondsEach unit: Int64 = 1_000_000) -> TimeAmount {
        let longest: Int64 = 3_155_760_000 * 1_000_000_000
        return .nanoseconds(min(max(count, 0), longest / unit) * unit)
    }
}
