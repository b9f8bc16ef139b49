// All proxies and their toxics as values: requests in, what is to be done with the real ones out.

import LoopbackTransport

/// The proxies of a control API. It decides; somebody else starts, stops and spoils.
struct ProxyRegistry: Sendable {
    /// What is to be done with the real proxies, in this order. One that fails ends the rest.
    enum Step: Sendable, Equatable {
        /// There is a new proxy of this name, in the place of any other.
        case create(String)
        /// It starts listening; then ``ProxyRegistry/started(_:at:)``. Where it cannot, ``ProxyRegistry/restore(_:_:)``.
        case start(String, otherwise: Undo)
        case stop(String)
        case delete(String)
        case add(Toxic, String)
        case update(Toxic, String)
        case remove(Toxic, String)
    }

    /// What a proxy that could not be started leaves.
    enum Undo: Sendable, Equatable {
        /// The proxy, not enabled.
        case nothing
        /// What there was before, not enabled, if anything was.
        case restore(ProxyEntry?)
    }

    private var entries: [String: ProxyEntry] = [:]
    /// An address to listen at, in numbers. Throws where it is none.
    private let numeric: @Sendable (String) throws(ControlError) -> String

    init(numeric: @escaping @Sendable (String) throws(ControlError) -> String) { self.numeric = numeric }

    /// All proxies, sorted by name.
    var all: [ProxyEntry] { entries.sorted { $0.key < $1.key }.map(\.value) }

    func proxy(_ name: String) throws(ControlError) -> ProxyEntry {
        guard let entry = entries[name] else { throw .proxyNotFound }
        return entry
    }

    func toxic(_ name: String, of proxy: String) throws(ControlError) -> Toxic {
        guard let toxic = try self.proxy(proxy).toxics.first(where: { $0.name == name }) else { throw .toxicNotFound }
        return toxic
    }

    // MARK: Proxies

    mutating func create(_ description: ProxyDescription) throws(ControlError) -> [Step] {
        guard entries[description.name] == nil else { throw .proxyExists }
        return put(description, in: nil)
    }

    /// A proxy of a list: one that is there already, at the same addresses, stays with its toxics.
    mutating func populate(_ description: ProxyDescription) throws(ControlError) -> [Step] {
        guard let old = entries[description.name] else { return put(description, in: nil) }
        if try isSamePlace(description, as: old) { return [] }
        var stopped = old
        stopped.isEnabled = false
        return (old.isEnabled ? [.stop(old.name)] : []) + put(description, in: stopped)
    }

    /// Whether it listens there already, before the same server. One that never listened may have its address in words, and
    /// then it is never the same.
    private func isSamePlace(_ description: ProxyDescription, as entry: ProxyEntry) throws(ControlError) -> Bool {
        try numeric(description.listen) == entry.listen && description.upstream == entry.upstream
    }

    private mutating func put(_ description: ProxyDescription, in old: ProxyEntry?) -> [Step] {
        let name = description.name
        entries[name] = ProxyEntry(name: name, listen: description.listen, upstream: description.upstream)
        return [.create(name)] + (description.isEnabled ? [.start(name, otherwise: .restore(old))] : [])
    }

    mutating func update(_ name: String, to description: ProxyDescription) throws(ControlError) -> [Step] {
        var entry = try proxy(name)
        var steps: [Step] = []
        if try !isSamePlace(description, as: entry) {
            if entry.isEnabled { steps.append(.stop(name)) }
            entry.isEnabled = false
            entry.listen = description.listen
            entry.upstream = description.upstream
        }
        if description.isEnabled, !entry.isEnabled { steps.append(.start(name, otherwise: .nothing)) }
        if !description.isEnabled, entry.isEnabled {
            steps.append(.stop(name))
            entry.isEnabled = false
        }
        entries[name] = entry
        return steps
    }

    mutating func delete(_ name: String) throws(ControlError) -> [Step] {
        _ = try proxy(name)
        entries[name] = nil
        return [.delete(name)]
    }

    /// Every proxy is started, and no toxic is left.
    mutating func reset() -> [Step] {
        all.flatMap { entry in
            let start: [Step] = entry.isEnabled ? [] : [.start(entry.name, otherwise: .nothing)]
            return start + entry.listedToxics.map { .remove($0, entry.name) }
        }
    }

    // MARK: What became of a step

    /// The proxy listens, at this address.
    mutating func started(_ name: String, at listen: String) {
        entries[name]?.isEnabled = true
        entries[name]?.listen = listen
    }

    /// The proxy could not be started. Returns what is there in its place, if that is another one.
    mutating func restore(_ name: String, _ undo: Undo) -> ProxyEntry? {
        guard case .restore(let old) = undo else { return nil }
        entries[name] = old
        return old
    }

    /// The toxic is gone from the real proxy.
    mutating func removed(_ toxic: Toxic, of name: String) { entries[name]?.toxics.removeAll { $0.name == toxic.name } }

    // MARK: Toxics

    /// A new toxic, with the attributes that the request names.
    mutating func add(_ body: BodyValue, to name: String) throws(ControlError) -> (toxic: Toxic, steps: [Step]) {
        let entry = try proxy(name)
        var toxic = try Toxic(try BodyFields(body, as: .newToxic))
        guard !entry.toxics.contains(where: { $0.name == toxic.name }) else { throw .toxicExists }
        toxic.effect = try toxic.effect.described(body)
        entries[name]?.toxics.append(toxic)
        return (toxic, [.add(toxic, name)])
    }

    /// Changes the attributes and the toxicity that the request names.
    mutating func update(
        _ name: String, of proxy: String, by body: BodyValue
    ) throws(ControlError) -> (toxic: Toxic, steps: [Step]) {
        var toxic = try toxic(name, of: proxy)
        let change = try toxic.effect.change(body)
        toxic.effect = change.effect
        toxic.toxicity = change.toxicity ?? toxic.toxicity
        if let place = entries[proxy]?.toxics.firstIndex(where: { $0.name == name }) { entries[proxy]?.toxics[place] = toxic }
        return (toxic, [.update(toxic, proxy)])
    }

    mutating func remove(_ name: String, of proxy: String) throws(ControlError) -> [Step] {
        [.remove(try toxic(name, of: proxy), proxy)]
    }
}
