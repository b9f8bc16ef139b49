// Counts who still needs a state and who can still bring it about.

/// The states that calls to come need and make, as counts. Lets the search give up a branch as soon as a state that is still
/// needed has been left and nobody can bring it back; for registers with unique values that makes it nearly straight.
struct StateBalance<State: Hashable> {
    private struct Counts {
        /// Calls that must take effect and can do so only in this state.
        var needed = 0
        /// Calls that may still lead to it.
        var makers = 0
    }

    private var numbers: [State: Int] = [:]
    private var counts: [Counts] = []
    /// For each entry the numbers of the states.
    private var needs: [Int?] = []
    private var makes: [Int?] = []
    private var isClosed = true

    /// Adds the next entry.
    mutating func add(needs needed: State?, makes made: State?, isOpen: Bool, isRequired: Bool) {
        needs.append(isRequired ? needed.map { number($0) } : nil)
        makes.append(made.map { number($0) })
        if isOpen { isClosed = false }
        count(needs.count - 1, 1)
    }

    private mutating func number(_ state: State) -> Int {
        if let known = numbers[state] { return known }
        numbers[state] = counts.count
        counts.append(Counts())
        return counts.count - 1
    }

    private mutating func count(_ entry: Int, _ change: Int) {
        if let state = needs[entry] { counts[state].needed += change }
        if let state = makes[entry] { counts[state].makers += change }
    }

    /// Notes that an entry has taken effect, or that this is taken back.
    mutating func mark(_ entry: Int, isDone: Bool) { count(entry, isDone ? -1 : 1) }

    /// Whether a state may be left: nobody needs it any more, or somebody can bring it back.
    func canLeave(_ state: State) -> Bool {
        guard let number = numbers[state] else { return true }
        return counts[number].needed == 0 || counts[number].makers > 0
    }

    /// Whether an entry may as well take effect at once: nobody sees what it makes, nor what it hides.
    func isUnseen(_ entry: Int, in state: State) -> Bool {
        guard isClosed, needs[entry] == nil, let made = makes[entry], counts[made].needed == 0 else { return false }
        return numbers[state].map { counts[$0].needed == 0 } ?? true
    }
}
