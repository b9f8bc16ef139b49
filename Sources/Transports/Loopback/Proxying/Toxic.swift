// A toxic: what is wrong with one direction of a proxy's connections.

/// A direction of a proxied connection, seen from the client.
public enum ProxyStream: String, Sendable, Hashable, CaseIterable {
    /// From the client to the server behind the proxy.
    case upstream
    /// From the server behind the proxy to the client.
    case downstream
}

/// What a toxic does. The parameters are Toxiproxy's, with its units; values below 0 count as 0.
public enum ToxicEffect: Sendable, Hashable {
    /// Nothing.
    case noop
    case latency(LatencyToxic)
    case bandwidth(BandwidthToxic)
    case slowClose(SlowCloseToxic)
    case timeout(TimeoutToxic)
    case resetPeer(ResetPeerToxic)
    case slicer(SlicerToxic)
    case limitData(LimitDataToxic)
}

/// Something that is wrong with one direction of a proxy's connections.
public struct Toxic: Sendable, Hashable {
    /// Its name, unique for the proxy.
    public let name: String
    /// The direction that it spoils.
    public let stream: ProxyStream
    /// The direction as it was written by whoever added the toxic: it may be in capitals.
    public let streamName: String
    /// The probability that it spoils a connection: 1 and above always, 0 and below never.
    public var toxicity: Float
    /// What it does.
    public var effect: ToxicEffect

    /// A toxic from its parts. Without a `streamName` the direction is called by its own name.
    public init(name: String, stream: ProxyStream, streamName: String? = nil, toxicity: Float = 1, effect: ToxicEffect) {
        self.name = name
        self.stream = stream
        self.streamName = streamName ?? stream.rawValue
        self.toxicity = toxicity
        self.effect = effect
    }
}
