// Who may use the database now, and who is next: a first-in-first-out lock as a value.

/// The state of a lock that is given in the order in which it was asked for.
///
/// Decides only: the shell suspends and resumes the waiters. A caller that cannot have the lock at once gets a ticket,
/// and then brings what it is to be resumed by; its turn, or its cancellation, may come in between.
struct TransactionLine<Waiter> {
    private enum Place {
        /// Has a ticket and is about to wait.
        case arriving
        /// Got the lock before it came to wait.
        case granted
        case waiting(Waiter)
    }

    /// What a caller does that comes to wait.
    enum Arrival {
        /// It has the lock.
        case goesOn
        /// It left the line before.
        case isCancelled
        /// It waits until its waiter is returned by ``release()`` or ``leave(_:)``.
        case waits
    }

    private var isHeld = false
    private var places: [UInt64: Place] = [:]
    private var first: UInt64 = 0
    private var next: UInt64 = 0

    /// Takes the lock (nil), or gives a ticket for a place at the end of the line.
    mutating func ask() -> UInt64? {
        guard isHeld else {
            isHeld = true
            return nil
        }
        defer { next += 1 }
        places[next] = .arriving
        return next
    }

    /// The holder of a ticket comes to wait.
    mutating func arrive(_ ticket: UInt64, _ waiter: Waiter) -> Arrival {
        switch places[ticket] {
        case .granted?:
            places[ticket] = nil
            return .goesOn
        case .arriving?, .waiting?:
            places[ticket] = .waiting(waiter)
            return .waits
        case nil: return .isCancelled
        }
    }

    /// Gives the lock back, to the next in line if there is one. Returns whom to resume.
    mutating func release() -> Waiter? {
        precondition(isHeld, "a lock was given back that nobody held")
        while first < next {
            let ticket = first
            first += 1
            switch places[ticket] {
            case .waiting(let waiter)?:
                places[ticket] = nil
                return waiter
            case .arriving?:
                places[ticket] = .granted
                return nil
            case .granted?, nil: continue
            }
        }
        isHeld = false
        return nil
    }

    /// The holder of a ticket is cancelled. Returns whom to resume with the cancellation; nil where its turn came
    /// before, and where it has not come to wait yet.
    mutating func leave(_ ticket: UInt64) -> Waiter? {
        switch places[ticket] {
        case .waiting(let waiter)?:
            places[ticket] = nil
            return waiter
        case .arriving?:
            places[ticket] = nil
            return nil
        case .granted?, nil: return nil
        }
    }
}
