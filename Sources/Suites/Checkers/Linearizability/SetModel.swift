// A set: add, remove, ask for one element or for all.

/// What is done to a set.
enum SetAction: Sendable, Hashable {
    case add(String, to: String)
    case remove(String, from: String)
    case contains(String, in: String)
    case members(of: String)

    var set: String {
        switch self {
        case .add(_, let set), .remove(_, let set), .contains(_, let set), .members(let set): set
        }
    }

    /// The element, where the action is about one.
    var element: String? {
        switch self {
        case .add(let element, _), .remove(let element, _), .contains(let element, _): element
        case .members: nil
        }
    }
}

/// What a set answers.
enum SetAnswer: Sendable, Hashable {
    /// To adding and removing, where the service does not say whether that changed anything.
    case done
    /// To adding and removing: whether that changed anything.
    case changed(Bool)
    /// To asking for one element.
    case contained(Bool)
    /// To asking for all.
    case members(Set<String>)
}

typealias SetModel = SequentialModel<SetAction, SetAnswer, Set<String>>

extension SequentialModel where Action == SetAction, Answer == SetAnswer, State == Set<String> {
    /// Sets that are empty at first. Where nobody asks a set for all its members, each of its elements is judged alone, which
    /// is much faster (P-compositionality).
    static func set(for history: History<SetAction, SetAnswer>) -> SetModel {
        let whole = Set(history.operations.filter { $0.action.element == nil }.map(\.action.set))
        return SetModel(
            initial: [],
            key: { action in
                guard let element = action.element, !whole.contains(action.set) else { return action.set }
                return "\(element) in \(action.set)"
            },
            step: { setStep($0, $1) }, observes: { setObserves($0) },
            canLeaveOut: { _ in { setObserves($0) } },
            states: { calls in
                let elements = Set(calls.compactMap(\.action.element)).sorted()
                // The subsets of at most three elements are few enough to try.
                guard elements.count <= 3, calls.allSatisfy({ $0.action.element != nil }) else { return [] }
                return elements.reduce([[]]) { subsets, element in subsets + subsets.map { $0.union([element]) } }
            }, traits: nil, label: { setLabel($0) })
    }
}

private func setStep(_ state: Set<String>, _ call: SetModel.Call) -> Set<String>? {
    switch (call.action, call.answer) {
    case (.add(let element, _), .changed(let isNew)?):
        return state.contains(element) == isNew ? nil : state.union([element])
    case (.add(let element, _), _): return state.union([element])
    case (.remove(let element, _), .changed(let wasThere)?):
        return state.contains(element) == wasThere ? state.subtracting([element]) : nil
    case (.remove(let element, _), _): return state.subtracting([element])
    case (.contains(let element, _), .contained(let isThere)?): return state.contains(element) == isThere ? state : nil
    case (.members, .members(let members)?): return members == state ? state : nil
    case (.contains, _), (.members, _): return state
    }
}

private func setObserves(_ call: SetModel.Call) -> Bool {
    switch (call.action, call.answer) {
    case (.contains, _), (.members, _), (_, .changed(false)?): true
    default: false
    }
}

private func setLabel(_ call: SetModel.Call) -> String {
    let action =
        switch call.action {
        case .add(let element, _): "add \(element)"
        case .remove(let element, _): "remove \(element)"
        case .contains(let element, _): "has \(element)"
        case .members: "all"
        }
    return switch call.answer {
    case .changed(let isChanged)?: "\(action): \(isChanged ? "changed" : "no change")"
    case .contained(let isThere)?: "\(action): \(isThere ? "yes" : "no")"
    case .members(let members)?: "\(action): {\(members.sorted().joined(separator: ", "))}"
    case .done?, nil: action
    }
}
