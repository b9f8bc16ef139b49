// What a user did to a thread, as one history, and what each checker makes of it.

import Kernel

/// Something that is done to a thread.
enum ThreadAction: Sendable {
    /// Title and revision are written together.
    case rename(Int)
    /// Title and revision are read.
    case look
    case write(String)
    case list
}

/// What came of it.
enum ThreadAnswer: Sendable {
    case renamed
    case seen(title: String, revision: String)
    case written
    case listed([String])
}

/// The history of one thread that its user changes from several devices. Titles and revisions are unique, and so are messages.
struct ThreadHistory: Sendable {
    typealias Recorder = HistoryRecorder<ThreadAction, ThreadAnswer>

    let recorder: Recorder

    init(clock: WorldClock) { recorder = Recorder(clock: clock) }

    /// The title of a revision.
    static func title(_ revision: Int) -> String { "Revision \(revision)" }

    /// What is wrong with it. The last operation must be a look, and one before it a list.
    func problems(of owner: String) -> [String] {
        titles() + guarantees() + transactions() + delivery(to: owner)
    }

    /// The title is one register, whoever writes it.
    private func titles() -> [String] {
        let history = recorder.history.compactMap { operation -> (action: RegisterAction, outcome: Outcome<RegisterAnswer>)? in
            switch (operation.action, operation.outcome) {
            case (.rename(let revision), let outcome):
                (.write("the title", Self.title(revision)), outcome.map { _ in .written })
            case (.look, .returned(.seen(let title, _))): (.read("the title"), .returned(.value(title)))
            default: nil
            }
        }
        let report = LinearizabilityChecker(model: .register(initial: Self.title(0))).check(history)
        return report.problems + report.undecided.map { "the history of \($0) is too long to be judged" }
    }

    /// Every device sees what it has written, and never goes back.
    private func guarantees() -> [String] {
        let history = recorder.history.compactMap { operation -> (action: VersionedAction, outcome: Outcome<VersionedAnswer>)? in
            switch (operation.action, operation.outcome) {
            case (.rename(let revision), let outcome):
                (.write("the title", Self.title(revision)), outcome.map { _ in VersionedAnswer() })
            case (.look, .returned(.seen(Self.title(0), _))): (.read("the title"), .returned(VersionedAnswer(value: nil)))
            case (.look, .returned(.seen(let title, _))): (.read("the title"), .returned(VersionedAnswer(value: title)))
            default: nil
            }
        }
        let checker = SessionGuaranteeChecker()
        return checker.check(history).map(\.description) + checker.problems(history)
    }

    /// A change is a transaction, of title and revision together; so is a page of messages.
    private func transactions() -> [String] {
        let operations = recorder.history.operations
        let beginning = Transaction(
            name: "T0", process: "the beginning", steps: [.write("title", Self.title(0)), .write("revision", "0")],
            begin: .simulatedEpoch, end: .simulatedEpoch)
        let transactions = operations.enumerated().map { number, operation in
            let certainty = operation.outcome.certainty
            return Transaction(
                name: "T\(number + 1)", process: operation.process, steps: Self.steps(operation), certainty: certainty,
                begin: operation.begin.time, end: certainty == .done ? operation.end?.time : nil)
        }
        return SerializabilityChecker(level: .strictSerializable).check([beginning] + transactions).map(\.description)
    }

    private static func steps(_ operation: Operation<ThreadAction, ThreadAnswer>) -> [Transaction.Step] {
        switch (operation.action, operation.outcome.answer) {
        case (.rename(let revision), _): [.write("title", title(revision)), .write("revision", "\(revision)")]
        case (.look, .seen(let title, let revision)?): [.read("title", title), .read("revision", revision)]
        case (.write(let text), _): [.append("messages", text)]
        case (.list, .listed(let texts)?): [.readList("messages", texts)]
        default: []
        }
    }

    /// A message that was accepted is there once, and in the order in which its device sent it.
    private func delivery(to owner: String) -> [String] {
        var sent: [OrderedMessage] = []
        var received: [ReceivedMessage] = []
        for operation in recorder.history.operations {
            if case .write(let text) = operation.action {
                sent.append(
                    OrderedMessage(
                        id: text, sender: operation.process, recipient: owner, certainty: operation.outcome.certainty))
            }
            if case .listed(let texts)? = operation.outcome.answer {
                received = texts.map { ReceivedMessage(id: $0, recipient: owner) }
            }
        }
        let messages = sent.map { SentMessage(id: $0.id, recipient: $0.recipient, certainty: $0.certainty) }
        return DeliveryChecker(guarantee: .exactlyOnce).check(sent: messages, received: received).map(\.description)
            + DeliveryOrderChecker().check(sent: sent, received: received).map(\.description)
    }
}

extension Outcome {
    /// The same outcome with another answer.
    func map<Other>(_ change: (Answer) -> Other) -> Outcome<Other> {
        switch self {
        case .returned(let answer): .returned(change(answer))
        case .unknown: .unknown
        case .failed: .failed
        }
    }
}
