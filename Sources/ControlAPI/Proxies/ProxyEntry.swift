// A proxy as the control API knows it, and as requests describe it.

import LoopbackTransport

/// A proxy of the registry.
struct ProxyEntry: Sendable, Equatable {
    let name: String
    /// Where it listens, or, while it is not enabled, where it is to.
    var listen: String
    var upstream: String
    var isEnabled = false
    /// In the order in which they were added.
    var toxics: [Toxic] = []

    /// Its toxics as they are listed: those of upstream first.
    var listedToxics: [Toxic] { ProxyStream.allCases.flatMap { stream in toxics.filter { $0.stream == stream } } }

    /// The toxics as a JSON array.
    var toxicsText: String { "[" + listedToxics.map(\.text).joined(separator: ",") + "]" }

    /// The proxy as a JSON object, its members in Toxiproxy's order.
    var text: String {
        #"{"name":\#(GoJSON.quoted(name)),"listen":\#(GoJSON.quoted(listen)),"upstream":\#(GoJSON.quoted(upstream)),"#
            + #""enabled":\#(isEnabled),"toxics":\#(toxicsText)}"#
    }
}

/// A proxy as a request describes it.
struct ProxyDescription: Sendable, Equatable {
    var name: String
    var listen: String
    var upstream: String
    var isEnabled: Bool

    /// What a request says, and for what it does not say, what `standard` does.
    init(_ request: BodyFields, or standard: ProxyEntry? = nil) {
        name = request.string("name", or: standard?.name ?? "")
        listen = request.string("listen", or: standard?.listen ?? "")
        upstream = request.string("upstream", or: standard?.upstream ?? "")
        isEnabled = request.bool("enabled", or: standard?.isEnabled ?? true)
    }

    /// Throws where a new proxy lacks something. `place` says where in a list it stands.
    func check(_ place: String = "") throws(ControlError) {
        if name.isEmpty { throw .missing("name" + place) }
        if upstream.isEmpty { throw .missing("upstream" + place) }
    }
}
