// The structs that Toxiproxy reads bodies into: their names and the types of their fields, which errors name.

/// The type of a field, as Go has it.
indirect enum GoType: Sendable, Equatable {
    case string
    case bool
    case int
    case int64
    case float32
    case object(GoStruct)

    /// Its name in errors.
    var name: String {
        switch self {
        case .string: "string"
        case .bool: "bool"
        case .int: "int"
        case .int64: "int64"
        case .float32: "float32"
        case .object(let form): form.type
        }
    }
}

/// A struct that a body is read into.
struct GoStruct: Sendable, Equatable {
    struct Field: Sendable, Equatable {
        let name: String
        let type: GoType
    }

    /// What the errors of its fields begin with; empty where it has no name.
    let name: String
    /// What an error names where the value is no object at all.
    let type: String
    let fields: [Field]

    /// A struct of a package.
    init(_ name: String, package: String, fields: [(name: String, type: GoType)]) {
        self.init(name: name, type: "\(package).\(name)", fields)
    }

    /// A struct without a name, which Go writes out in full.
    private init(nameless type: String, fields: [(name: String, type: GoType)]) { self.init(name: "", type: type, fields) }

    private init(name: String, type: String, _ fields: [(name: String, type: GoType)]) {
        self.name = name
        self.type = type
        self.fields = fields.map { Field(name: $0.name, type: $0.type) }
    }

    /// The field of a member: the one of its name, or of its name in other letters.
    func field(_ key: String) -> Field? {
        fields.first { $0.name == key } ?? fields.first { $0.name == key.lowercased() }
    }

    private static let proxyFields: [(name: String, type: GoType)] = [
        ("name", .string), ("listen", .string), ("upstream", .string), ("enabled", .bool),
    ]

    /// A proxy by itself.
    static let proxy = GoStruct("Proxy", package: "toxiproxy", fields: proxyFields)

    /// A proxy of a list.
    static let listedProxy = GoStruct(
        nameless: #"struct { toxiproxy.Proxy; Enabled *bool "json:\"enabled\"" }"#, fields: proxyFields)

    /// A new toxic. What attributes it has shows when its type is known.
    static let newToxic = GoStruct(
        "ToxicWrapper", package: "toxics",
        fields: [
            ("attributes", .object(GoStruct("NoopToxic", package: "toxics", fields: []))), ("name", .string),
            ("type", .string), ("stream", .string), ("toxicity", .float32),
        ])

    /// The attributes of a new toxic, when its type is known.
    static func newToxicAttributes(_ attributes: GoStruct) -> GoStruct {
        GoStruct(
            nameless: #"struct { Attributes interface {} "json:\"attributes\"" }"#, fields: [("attributes", .object(attributes))])
    }

    /// A change of a toxic with these attributes.
    static func toxicChange(_ attributes: GoStruct) -> GoStruct {
        GoStruct(
            nameless: #"struct { Attributes interface {} "json:\"attributes\""; Toxicity float32 "json:\"toxicity\"" }"#,
            fields: [("attributes", .object(attributes)), ("toxicity", .float32)])
    }
}
