// One direction of one connection: deliveries on their way, never overtaking each other.

import Kernel
import NIOCore
import Wire

/// What travels in a lane.
enum LaneItem {
    /// Bytes with the promise of their write, if anybody waits for it.
    case bytes(ByteBuffer, EventLoopPromise<Void>?)
    /// The end of this direction.
    case end(CloseMode, EventLoopPromise<Void>?)

    /// How many bytes it has.
    var size: Int { if case .bytes(let buffer, _) = self { buffer.readableBytes } else { 0 } }

    /// Tells the writer that it failed.
    func fail(_ error: any Error) {
        switch self {
        case .bytes(_, let promise), .end(_, let promise): promise?.fail(error)
        }
    }
}

/// The deliveries of one direction that are on their way, each with the time at which it arrives.
///
/// Arrival times never decrease, so bytes keep their order whatever delays the rules choose.
final class LinkLane: StrandTarget, NIOScheduledCallbackHandler {
    /// Some items that arrive together.
    private struct Delivery {
        let arrival: NIODeadline
        let count: Int
    }

    /// A piece of at most so many bytes is copied to the one before it.
    private static let mergedMax = 4096

    let direction: LinkDirection
    /// The handler, for as long as it is in a pipeline.
    @exclusivity(unchecked) var handler: LinkHandler?
    @exclusivity(unchecked) private var items = ShortQueue<LaneItem>()
    @exclusivity(unchecked) private var underway = ShortQueue<Delivery>()
    @exclusivity(unchecked) private var lastArrival = NIODeadline.uptimeNanoseconds(0)
    /// The last items of the lane that were not sent off yet, and their bytes.
    @exclusivity(unchecked) private(set) var gathered = 0
    @exclusivity(unchecked) private(set) var gatheredBytes = 0
    /// Whether this direction has become a black hole.
    @exclusivity(unchecked) var isLost = false

    init(_ direction: LinkDirection) { self.direction = direction }

    /// The time of the next delivery has come, in a simulated world.
    override func poked(_ reason: UInt64) { handler?.arrive(self) }

    /// The time of the next delivery has come, on any other event loop.
    func handleScheduledCallback(eventLoop: some EventLoop) { handler?.arrive(self) }

    /// Whether nothing is on its way.
    var isEmpty: Bool { underway.isEmpty }

    /// Adds an item to those that will be sent off together.
    func gather(_ item: LaneItem, bytes: Int) {
        gatheredBytes += bytes
        // What a protocol writes piece by piece travels as one: nobody waits for the piece, and it is small.
        if case .bytes(let piece, nil) = item, bytes == 0 || gathered > 0 && bytes <= Self.mergedMax && merge(piece) { return }
        items.append(item)
        gathered += 1
    }

    /// Adds a piece to the last gathered buffer, if that is one that nobody waits for.
    private func merge(_ piece: ByteBuffer) -> Bool {
        guard let last = items.popLast() else { return false }
        guard case .bytes(var whole, nil) = last else {
            items.append(last)
            return false
        }
        whole.writeImmutableBuffer(piece)
        items.append(.bytes(whole, nil))
        return true
    }

    /// Calls `body` with each of the gathered buffers.
    func forEachGathered(_ body: (ByteBuffer) -> Void) {
        let count = items.count
        for place in count - gathered..<count {
            if case .bytes(let buffer, _) = items[place] { body(buffer) }
        }
    }

    /// Sends off what was gathered. Returns how long the lane's timer has to wait, if it has to be set now.
    func send(delay: Int64, now: NIODeadline) -> TimeAmount? {
        let arrival = max(lastArrival, now + .nanoseconds(delay))
        lastArrival = arrival
        underway.append(Delivery(arrival: arrival, count: gathered))
        gathered = 0
        gatheredBytes = 0
        return underway.count == 1 ? arrival - now : nil
    }

    /// Takes the next delivery off the way if it has arrived: how many items it has. They are taken one by one with
    /// ``takeItem()``.
    func takeArrived(_ now: NIODeadline) -> Int? {
        guard let next = underway.front, next.arrival <= now else { return nil }
        return underway.popFirst()?.count
    }

    /// Takes the oldest item.
    func takeItem() -> LaneItem? { items.popFirst() }

    /// How long the timer has to wait for the next delivery, if any is on its way.
    func wait(_ now: NIODeadline) -> TimeAmount? { underway.front.map { $0.arrival - now } }

    /// Takes what was gathered off again: how many items, to be taken with ``takeItem()``. Only when nothing is on
    /// its way, or they would not be the oldest.
    func takeGathered() -> Int {
        defer {
            gathered = 0
            gatheredBytes = 0
        }
        return gathered
    }

    /// Takes what was gathered and drops it.
    func dropGathered(_ body: (LaneItem) -> Void) {
        let dropped = (0..<takeGathered()).compactMap { _ in items.popLast() }
        for item in dropped.reversed() { body(item) }
    }

    /// Takes what was gathered, divided into pieces of so many bytes; the last of at most `most` has the rest, and the
    /// writers' promises.
    func takePieces(of size: Int, atMost most: Int, on loop: any EventLoop) -> [LaneItem] {
        var whole = ByteBuffer()
        var promises: [EventLoopPromise<Void>] = []
        dropGathered { item in
            guard case .bytes(let buffer, let promise) = item else { return }
            whole.writeImmutableBuffer(buffer)
            if let promise { promises.append(promise) }
        }
        var pieces: [LaneItem] = []
        while whole.readableBytes > size, pieces.count < most - 1, let piece = whole.readSlice(length: size) {
            pieces.append(.bytes(piece, nil))
        }
        var joint = promises.first
        if promises.count > 1 {
            let written = loop.makePromise(of: Void.self)
            for promise in promises { written.futureResult.cascade(to: promise) }
            joint = written
        }
        return pieces + [.bytes(whole, joint)]
    }

    /// Forgets everything.
    func abandon(_ body: (LaneItem) -> Void) {
        underway.removeAll()
        while let item = items.popFirst() { body(item) }
        gathered = 0
        gatheredBytes = 0
    }
}
