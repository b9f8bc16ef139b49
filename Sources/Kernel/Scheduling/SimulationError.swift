// Why a simulation could not be carried to its end.

/// A simulation that could not be carried to its end. This is never the tested code's own failure.
public enum SimulationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Work left the simulation's thread, or would block it for good, by the named call.
    case leak(call: String, from: String)
    /// Nothing is ready and no timer is left, yet the body has not ended. Lists what the tasks wait for.
    case stuck(at: Duration, waiting: [String])
    /// More steps ran than allowed; mostly a loop that yields without letting time pass.
    case stepLimit(UInt64, at: Duration)
    /// More virtual time passed than allowed.
    case timeLimit(Duration, waiting: [String])
    /// A step did not give control back within this much real time; mostly a loop that never suspends.
    case unresponsive(Duration)
    /// A simulation was started inside another one, on its thread.
    case nested
    /// The operating system refused a thread.
    case noThread(errno: Int32)

    public var description: String {
        switch self {
        case .leak(let call, let from):
            """
            \(call) was called inside a simulation\(from.isEmpty ? "" : " by \(from)"). It leaves the seed's control: \
            use tasks, actors and Task.sleep, and reach the network through the world's transport.
            """
        case .stuck(let at, let waiting):
            "nothing can happen any more at \(Self.seconds(at)): \(Self.list(waiting))"
        case .stepLimit(let limit, let at):
            """
            \(limit) steps ran and the body has not ended (virtual time \(Self.seconds(at))). A task seems to spin: \
            let it sleep or await something, or raise the step limit.
            """
        case .timeLimit(let limit, let waiting):
            "the body has not ended after \(Self.seconds(limit)) of virtual time: \(Self.list(waiting))"
        case .unresponsive(let limit):
            """
            a step has not given control back for \(Self.seconds(limit)) of real time. A loop that never suspends \
            cannot be interrupted: let it await something.
            """
        case .nested:
            "a simulation cannot be started inside another one: start it from outside, or use the one that runs."
        case .noThread(let errno):
            "the operating system refused a thread for the simulation (errno \(errno))."
        }
    }

    private static func seconds(_ duration: Duration) -> String {
        "\(Double(duration.nanosecondsClamped / 1_000_000) / 1000) s"
    }

    private static func list(_ waiting: [String]) -> String {
        waiting.isEmpty ? "no task is left that could go on" : waiting.joined(separator: "; ")
    }
}
