// The toxics by the names and attributes that they have in requests and answers.

import LoopbackTransport

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

    /// The struct of its attributes.
    private var attributesForm: GoStruct {
        let form = form
        let type: GoType = if case .slicer = self { .int } else { .int64 }
        return GoStruct(form.owner, package: "toxics", fields: form.attributes.map { ($0.key, type) })
    }

    /// What a request changes: the toxicity, where it names one, and the attributes that it names.
    func change(_ body: BodyValue) throws(ControlError) -> (effect: ToxicEffect, toxicity: Float?) {
        let request = try BodyFields(body, as: .toxicChange(attributesForm))
        return (changed(by: request.fields("attributes")), request.float("toxicity"))
    }

    /// The toxic with the attributes that the request for a new one names.
    func described(_ body: BodyValue) throws(ControlError) -> ToxicEffect {
        changed(by: try BodyFields(body, as: .newToxicAttributes(attributesForm)).fields("attributes"))
    }

    private func changed(by fields: BodyFields) -> ToxicEffect {
        let form = form
        var values: [String: Int64] = [:]
        for (name, value) in form.attributes { values[name] = fields.integer(name, or: value) }
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
        #"{"attributes":\#(effect.attributesText),"name":\#(GoJSON.quoted(name)),"type":"\#(effect.type)","#
            + #""stream":\#(GoJSON.quoted(streamName)),"toxicity":\#(GoJSON.number(toxicity))}"#
    }

    /// The toxic that a request describes, with all attributes 0.
    init(_ request: BodyFields) throws(ControlError) {
        let type = request.string("type", or: "")
        let streamName = request.string("stream", or: ProxyStream.downstream.rawValue)
        let name = request.string("name", or: "")
        guard let stream = ProxyStream(rawValue: streamName.lowercased()) else { throw .invalidStream }
        guard let effect = ToxicEffect(type: type) else { throw .invalidToxicType }
        self.init(
            name: name.isEmpty ? "\(type)_\(streamName)" : name, stream: stream, streamName: streamName,
            toxicity: request.float("toxicity") ?? 1, effect: effect)
    }
}
