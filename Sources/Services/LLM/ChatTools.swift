// The tools of a request, and how free the model is in calling them.

import Wire

/// The functions that a request offers.
struct ChatTools: Sendable, Equatable {
    /// What `tool_choice` says.
    enum Choice: Sendable, Equatable {
        case none
        case auto
        /// Some function must be called.
        case required
        /// This function must be called.
        case function(String)
    }

    /// The names of the functions, in the request's order.
    let names: [String]
    let choice: Choice

    /// Whether a call must be made.
    var mustCall: Bool {
        switch choice {
        case .none, .auto: false
        case .required, .function: true
        }
    }

    /// Whether the model may call a function.
    func mayCall(_ name: String) -> Bool {
        switch choice {
        case .none: false
        case .auto, .required: names.contains(name)
        case .function(let only): only == name
        }
    }

    /// Reads `tools` and `tool_choice`. Throws ``LLMError`` with status 400.
    init(_ body: JSONValue) throws(LLMError) {
        names = try Self.names(body["tools"])
        guard let choice = body["tool_choice"], !choice.isNull else {
            self.choice = names.isEmpty ? .none : .auto
            return
        }
        guard !names.isEmpty else {
            throw .invalid(
                "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.", param: "tool_choice"
            )
        }
        switch choice.string {
        case "none": self.choice = .none
        case "auto": self.choice = .auto
        case "required": self.choice = .required
        case .some(let other):
            throw .invalid(
                "Invalid value: '\(other)'. Supported values are: 'none', 'auto', and 'required'.", param: "tool_choice",
                code: "invalid_value")
        case nil:
            guard choice["type"]?.string == "function", let name = choice["function"]?["name"]?.string else {
                throw .wrongType("tool_choice", expected: "a string or an object that names a function", choice)
            }
            guard names.contains(name) else {
                throw .invalid(
                    "Invalid value for 'tool_choice': no function named '\(name)' was specified in the 'tools' parameter.",
                    param: "tool_choice")
            }
            self.choice = .function(name)
        }
    }

    private static func names(_ value: JSONValue?) throws(LLMError) -> [String] {
        guard let value, !value.isNull else { return [] }
        guard let list = value.array else { throw .wrongType("tools", expected: "an array of objects", value) }
        guard !list.isEmpty else {
            throw .invalid(
                "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead.",
                param: "tools", code: "empty_array")
        }
        var names: [String] = []
        for (index, tool) in list.enumerated() {
            let place = "tools[\(index)]"
            guard tool["type"]?.string == "function" else {
                throw .invalid(
                    "Invalid value for '\(place).type': expected 'function'.", param: "\(place).type", code: "invalid_value")
            }
            guard let name = tool["function"]?["name"]?.string else {
                throw .invalid(
                    "Missing required parameter: '\(place).function.name'.", param: "\(place).function.name",
                    code: "missing_required_parameter")
            }
            guard name.isASCIIName(of: 1...64) else {
                throw .invalid(
                    "Invalid '\(place).function.name': string does not match pattern. Expected a string that matches the pattern "
                        + "'^[a-zA-Z0-9_-]{1,64}$'.", param: "\(place).function.name", code: "invalid_value")
            }
            if let parameters = tool["function"]?["parameters"], parameters.object == nil {
                throw .wrongType("\(place).function.parameters", expected: "an object", parameters)
            }
            names.append(name)
        }
        return names
    }
}
