// A YAML value as JSON: tool results and parameters of fixtures are written in YAML and travel as JSON.

public import Fixtures
public import Wire

extension FixtureNode {
    /// The same value as JSON. Of equal keys in a mapping the last one stays.
    public var json: JSONValue {
        switch shape {
        case .null: .null
        case .bool(let value): .bool(value)
        case .integer(let value): JSONValue(value)
        case .number(let value): .number(value)
        case .text(let value): .string(value)
        case .list(let items): .array(items.map(\.json))
        case .mapping(let mapping):
            .object(JSONObject(mapping.entries.map { ($0.key, $0.node.json) }))
        }
    }
}
