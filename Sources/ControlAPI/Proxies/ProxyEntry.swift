// A proxy as the control API knows it, and as requests describe it.

import LoopbackTransport
import Wire

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
        func quoted(_ text: String) -> String { JSONValue.string(text).text }
        return #"{"name":\#(quoted(name)),"listen":\#(quoted(listen)),"upstream":\#(quoted(upstream)),"#
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
    init(_ request: BodyFields, or standard: ProxyEntry? = nil) throws(ControlError) {
        name = try request.string("name", or: standard?.name ?? "")
        listen = try request.string("listen", or: standard?.listen ?? "")
        upstream = try request.string("upstream", or: standard?.upstream ?? "")
        isEnabled = try request.bool("enabled", or: standard?.isEnabled ?? true)
    }

    /// Throws where a new proxy lacks something. `place` says where in a list it stands.
    func check(_ place: String = "") throws(ControlError) {
        if name.isEmpty { throw .missing("name" + place) }
        if upstream.isEmpty { throw .missing("upstream" + place) }
    }
}
