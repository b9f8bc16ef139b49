// The toxics by the names and attributes that they have in requests and answers.

import LoopbackTransport
import Wire

extension ToxicEffect {
    /// The toxic of a type, with all attributes 0; nil where there is no such type.
    init?(type: String) { self.init(type: type) { _ in 0 } }

    private init?(type: String, value: (String) -> Int64) {
        switch type {
        case "noop": self = .noop
        case "latency": self = .latency(.init(latency: value("latency"), jitter: value("jitter")))
        case "bandwidth": self = .bandwidth(.init(rate: value("rate")))
        case "slow_close": self = .slowClose(.init(delay: value("delay")))
        case "timeout": self = .timeout(.init(timeout: value("timeout")))
        case "reset_peer": self = .resetPeer(.init(timeout: value("timeout")))
        case "slicer":
            self = .slicer(
                .init(averageSize: value("average_size"), sizeVariation: value("size_variation"), delay: value("delay")))
        case "limit_data": self = .limitData(.init(bytes: value("bytes")))
        default: return nil
        }
    }

    /// The type, the name of the struct that Toxiproxy has for it, and the attributes in their order.
    private var form: (type: String, owner: String, attributes: KeyValuePairs<String, Int64>) {
        switch self {
        case .noop: ("noop", "NoopToxic", [:])
        case .latency(let toxic): ("latency", "LatencyToxic", ["latency": toxic.latency, "jitter": toxic.jitter])
        case .bandwidth(let toxic): ("bandwidth", "BandwidthToxic", ["rate": toxic.rate])
        case .slowClose(let toxic): ("slow_close", "SlowCloseToxic", ["delay": toxic.delay])
        case .timeout(let toxic): ("timeout", "TimeoutToxic", ["timeout": toxic.timeout])
        case .resetPeer(let toxic): ("reset_peer", "ResetToxic", ["timeout": toxic.timeout])
        case .slicer(let toxic):
            (
                "slicer", "SlicerToxic",
                ["average_size": toxic.averageSize, "size_variation": toxic.sizeVariation, "delay": toxic.delay]
            )
        case .limitData(let toxic): ("limit_data", "LimitDataToxic", ["bytes": toxic.bytes])
        }
    }

    var type: String { form.type }

    /// The toxic with the attributes that a request names; the others stay as they are.
    func changed(by request: BodyFields) throws(ControlError) -> ToxicEffect {
        let form = form
        let fields = try request.fields("attributes", owner: form.owner)
        var values: [String: Int64] = [:]
        for (name, value) in form.attributes { values[name] = try fields.integer(name, or: value) }
        return ToxicEffect(type: form.type) { values[$0] ?? 0 } ?? self
    }

    /// The attributes as a JSON object.
    var attributesText: String {
        "{" + form.attributes.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    }
}

extension Toxic {
    /// The toxic as a JSON object, its members in Toxiproxy's order.
    var text: String {
        let toxicity = toxicity == toxicity.rounded() && abs(toxicity) < 1e9 ? "\(Int(toxicity))" : "\(toxicity)"
        return #"{"attributes":\#(effect.attributesText),"name":\#(JSONValue.string(name).text),"type":"\#(effect.type)","#
            + #""stream":"\#(stream.rawValue)","toxicity":\#(toxicity)}"#
    }

    /// The toxic that a request describes.
    init(_ request: BodyFields) throws(ControlError) {
        let type = try request.string("type", or: "")
        let streamName = try request.string("stream", or: ProxyStream.downstream.rawValue)
        let toxicity = try request.float("toxicity", or: 1)
        let name = try request.string("name", or: "")
        guard let stream = ProxyStream(rawValue: streamName.lowercased()) else { throw .invalidStream }
        guard let effect = ToxicEffect(type: type) else { throw .invalidToxicType }
        self.init(name: name.isEmpty ? "\(type)_\(streamName)" : name, stream: stream, toxicity: toxicity, effect: effect)
    }
}
