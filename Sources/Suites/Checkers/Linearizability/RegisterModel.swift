// A register: read, write, compare and set.

/// What is done to a register.
enum RegisterAction: Sendable, Hashable {
    case read(String)
    case write(String, String)
    /// Writes `to` where the register holds `from`; nil is an empty register.
    case compareAndSet(String, from: String?, to: String)

    var key: String {
        switch self {
        case .read(let key), .write(let key, _), .compareAndSet(let key, _, _): key
        }
    }
}

/// What a register answers.
enum RegisterAnswer: Sendable, Hashable {
    /// To a read; nil for an empty register.
    case value(String?)
    /// To a write.
    case written
    /// To a compare-and-set: whether it took effect.
    case swapped(Bool)
}

typealias RegisterModel = SequentialModel<RegisterAction, RegisterAnswer, String?>

extension SequentialModel where Action == RegisterAction, Answer == RegisterAnswer, State == String? {
    /// A register per key that holds `initial` at first.
    static func register(initial: String? = nil) -> RegisterModel {
        RegisterModel(
            initial: initial, key: \.key, step: { registerStep($0, $1) }, observes: { registerObserves($0) },
            canLeaveOut: { kept in
                // A value that nobody has seen may never have been there, unless somebody saw that another was not.
                var seen: Set<String?> = []
                var isOpen = true
                for other in kept {
                    switch (other.action, other.answer) {
                    case (.read, .value(let value)?): seen.insert(value)
                    case (.compareAndSet(_, let from, _), .swapped(true)?): seen.insert(from)
                    case (.compareAndSet, _): isOpen = false
                    default: break
                    }
                }
                return { [isOpen, seen] call in registerObserves(call) || isOpen && !seen.contains(registerResult(call)) }
            }, states: nil, traits: { registerTraits($0) }, label: { registerLabel($0) })
    }
}

/// What a call leaves in the register, if it acts.
private func registerResult(_ call: RegisterModel.Call) -> String? {
    switch call.action {
    case .read: nil
    case .write(_, let value), .compareAndSet(_, _, let value): value
    }
}

private func registerStep(_ state: String?, _ call: RegisterModel.Call) -> String?? {
    switch (call.action, call.answer) {
    case (.read, .value(let value)?): value == state ? .some(state) : nil
    case (.read, _): .some(state)
    case (.write(_, let value), _): .some(value)
    case (.compareAndSet(_, let from, let to), .swapped(true)?): state == from ? .some(to) : nil
    case (.compareAndSet(_, let from, _), .swapped(false)?): state != from ? .some(state) : nil
    case (.compareAndSet(_, let from, let to), _): .some(state == from ? to : state)
    }
}

private func registerObserves(_ call: RegisterModel.Call) -> Bool {
    switch (call.action, call.answer) {
    case (.read, _), (.compareAndSet, .swapped(false)?): true
    default: false
    }
}

private func registerTraits(_ call: RegisterModel.Call) -> RegisterModel.Traits {
    switch (call.action, call.answer) {
    case (.read, .value(let value)?): .init(needs: .some(value))
    case (.read, _): .init()
    case (.write(_, let value), _): .init(makes: .some(value))
    case (.compareAndSet(_, let from, let to), .swapped(true)?): .init(needs: .some(from), makes: .some(to))
    case (.compareAndSet(_, _, let to), let answer): .init(makes: answer == nil ? .some(to) : nil, isOpen: true)
    }
}

private func registerLabel(_ call: RegisterModel.Call) -> String {
    switch (call.action, call.answer) {
    case (.read, .value(let value)?): "read: \(value ?? "nothing")"
    case (.read, _): "read"
    case (.write(_, let value), _): "write \(value)"
    case (.compareAndSet(_, let from, let to), let answer):
        "set \(from ?? "nothing") to \(to)"
            + (answer == .swapped(true) ? ": done" : answer == .swapped(false) ? ": differs" : "")
    }
}
