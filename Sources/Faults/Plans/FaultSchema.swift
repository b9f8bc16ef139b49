// A JSON schema of plans, made from the catalogue: editors that know it complete and check plans while they are written.

public import Wire

/// The JSON schema (draft 2020-12) of plans in YAML or JSON.
public enum FaultSchema {
    /// The schema of the catalogue that is built in.
    public static var document: JSONValue {
        [
            "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A plan of faults of Backlot", "type": "object",
            "required": ["faults"], "additionalProperties": false,
            "properties": [
                "description": ["type": "string", "description": "What the plan is for."],
                "faults": ["type": "array", "items": ["oneOf": [line, item]]],
            ],
        ]
    }

    /// The schema as a file: a member a line, indented.
    public static var text: String { lines(document, indent: "").joined(separator: "\n") + "\n" }

    private static var line: JSONValue {
        ["type": "string", "description": "PLACE: FAULT[(PARAMETER=VALUE, ...)][@N | @N..M | @N..][@t=FROM[..TO]][~PERCENT%]"]
    }

    private static var item: JSONValue {
        let kinds = FaultCatalogue.kinds.map { kind -> JSONValue in
            [
                "if": ["properties": ["fault": ["const": .string(kind.name)]]],
                "then": ["description": .string(kind.summary), "properties": ["parameters": parameters(of: kind)]],
            ]
        }
        return [
            "type": "object", "required": ["fault", "where"], "additionalProperties": false,
            "properties": [
                "fault": ["enum": .array(FaultCatalogue.kinds.map { .string($0.name) })], "where": place, "when": time,
                "parameters": ["type": "object"],
            ],
            "allOf": .array(kinds),
        ]
    }

    private static var place: JSONValue {
        func text(_ description: String) -> JSONValue { ["type": "string", "minLength": 1, "description": .string(description)] }
        return [
            "type": "object", "additionalProperties": false, "anyOf": [["required": ["link"]], ["required": ["service"]]],
            "properties": [
                "link": ["type": "string", "pattern": "->|<-", "description": "agent->llm, agent<-llm or agent<->llm"],
                "service": text("A service, one of its replicas (agent-2), or *."),
                "route": text("[METHOD] /PATH, in which * is one segment and a final ** all that follow."),
                "caller": text("Who asks the route."), "user": text("The user who asks the route: user-3."),
                "store": ["enum": .array(FaultSyntax.stores.map { .string($0.rawValue) })],
                "operation": text("The kind of statement, the command, the tool or the table."),
                "event": text("The type that a WebSocket message must have."),
                "content": text("A text that must be in the message, body, statement or command."),
            ],
        ]
    }

    private static var time: JSONValue {
        let duration = "[0-9.]+(ns|us|ms|s|m|h)"
        return [
            "type": "object", "additionalProperties": false,
            "properties": [
                "occurrences": [
                    "type": ["string", "integer"], "pattern": "^[1-9][0-9]*(\\.\\.([1-9][0-9]*)?)?$", "minimum": 1,
                    "description": "2, 2..5 or 2..",
                ],
                "time": [
                    "type": "string", "pattern": .string("^\(duration)(\\.\\.\(duration))?$"), "description": "2s or 1s..3s",
                ],
                "probability": ["type": "string", "pattern": "^[0-9.]+%$", "description": "5%"],
            ],
        ]
    }

    private static func parameters(of kind: FaultKind) -> JSONValue {
        let properties = kind.parameters.map { parameter in
            var schema = value(of: parameter.unit)
            schema["default"] = .string(parameter.fallback)
            schema["description"] = .string(parameter.summary)
            return (parameter.name, JSONValue.object(schema))
        }
        return ["type": "object", "additionalProperties": false, "properties": .object(JSONObject(properties))]
    }

    /// What a value of a unit looks like.
    private static func value(of unit: String) -> JSONObject {
        switch unit {
        case "duration": ["type": "string", "pattern": "^[0-9.]+(ns|us|ms|s|m|h)$"]
        case "signed duration": ["type": "string", "pattern": "^[+-]?[0-9.]+(ns|us|ms|s|m|h)$"]
        case "count": ["type": ["integer", "string"], "pattern": "^[0-9]+$", "minimum": 0]
        case "rate": ["type": "string", "pattern": "^[0-9.]+(B/s|kB/s|MB/s|kbit/s|Mbit/s)$"]
        case "true or false": ["enum": [true, false, "true", "false"]]
        case let choices where choices.contains(", "): ["enum": .array(choices.split(separator: ", ").flatMap { choice($0) })]
        default: ["type": "string"]
        }
    }

    /// A choice as YAML may have it: 1006 is a number where it is not quoted.
    private static func choice(_ text: Substring) -> [JSONValue] {
        guard let number = Int64(text), String(number) == text else { return [.string(String(text))] }
        return [.integer(number), .string(String(text))]
    }

    private static func lines(_ value: JSONValue, indent: String) -> [String] {
        guard value.text.utf8.count > 100 - indent.utf8.count else { return [value.text] }
        let inner = indent + "  "
        func joined(_ items: [[String]]) -> [String] {
            items.enumerated().flatMap { index, lines in
                let end = index == items.count - 1 ? "" : ","
                return lines.dropLast() + [(lines.last ?? "") + end]
            }
        }
        switch value {
        case .object(let object):
            let members = object.map { member -> [String] in
                let lines = lines(member.value, indent: inner)
                return [inner + JSONValue.string(member.key).text + ": " + (lines.first ?? "")] + lines.dropFirst()
            }
            return ["{"] + joined(members) + [indent + "}"]
        case .array(let array):
            let items = array.map { item -> [String] in
                let lines = lines(item, indent: inner)
                return [inner + (lines.first ?? "")] + lines.dropFirst()
            }
            return ["["] + joined(items) + [indent + "]"]
        default: return [value.text]
        }
    }
}
