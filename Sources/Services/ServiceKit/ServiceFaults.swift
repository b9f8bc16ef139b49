// The seam at which a world's faults reach what services do inside: tools that deny, inserts that are refused or late.

/// What becomes of an insert into a table.
public enum InsertFate: Sendable, Hashable {
    /// It is stored.
    case store
    /// It is refused: the table has too many parts.
    case tooManyParts
    /// It is stored, and seen only later.
    case late(Duration)
}

/// What else may become of what a service does. Asked once each time; the answers are a world's faults.
public struct ServiceFaults: Sendable {
    /// Whether a tool of this name denies a call.
    public var deniesTool: @Sendable (String) -> Bool
    /// What becomes of an insert into a table of this name.
    public var insert: @Sendable (String) -> InsertFate

    /// Faults from their parts.
    public init(
        deniesTool: @escaping @Sendable (String) -> Bool, insert: @escaping @Sendable (String) -> InsertFate
    ) {
        self.deniesTool = deniesTool
        self.insert = insert
    }
}
