// What an object does when it is used by one caller at a time: what a concurrent history is measured against.

/// An object as a sequence of actions sees it.
struct SequentialModel<Action: Sendable, Answer: Sendable, State: Hashable & Sendable>: Sendable {
    /// An operation without its time: what was asked, and the answer if one came.
    struct Call: Sendable {
        let action: Action
        let answer: Answer?
    }

    /// What a call has to do with single states, for models whose states are values that come and go.
    struct Traits: Sendable {
        /// The only state in which the call is possible.
        var needs: State?
        /// The state that the call always leads to.
        var makes: State?
        /// Whether the call may depend on the state in yet another way.
        var isOpen = false
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
    /// What lets the search see early that a state which is still needed would be left for good; nil for models without.
    var traits: (@Sendable (Call) -> Traits)?
    /// A call in words: `write 3`, `read: 3`.
    let label: @Sendable (Call) -> String
}
