// What an object does when it is used by one caller at a time: what a concurrent history is measured against.

/// An object as a sequence of actions sees it.
struct SequentialModel<Action: Sendable, Answer: Sendable, State: Hashable & Sendable>: Sendable {
    /// An operation without its time: what was asked, and the answer if one came.
    struct Call: Sendable {
        let action: Action
        let answer: Answer?
    }

    /// The state before the history.
    let initial: State
    /// What the action belongs to: operations under different keys have nothing to do with each other.
    let key: @Sendable (Action) -> String
    /// The state after a call; nil where that answer cannot be given in this state. Without an answer the action simply acts.
    let step: @Sendable (State, Call) -> State?
    /// Whether the call leaves every state in which it is possible as it was.
    let observes: @Sendable (Call) -> Bool
    /// Which calls may be left out beside those that are kept: if the whole is linearizable, so must the kept ones be.
    let canLeaveOut: @Sendable (_ kept: [Call]) -> (Call) -> Bool
    /// All states that the object can have, given these calls; nil where they are too many. A history can then be judged
    /// from its middle on.
    let states: (@Sendable ([Call]) -> [State])?
    /// A call in words: `write 3`, `read: 3`.
    let label: @Sendable (Call) -> String
}
