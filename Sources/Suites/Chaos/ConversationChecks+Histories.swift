// What the general checkers say of a user's conversations: counted once, delivered once, in order, and agreed upon.

import Clients

extension ConversationChecks {
    /// A user is charged with what the calls of the own runs have used, each once, whatever had to be sent twice.
    func checkCharges() {
        let runs = Dictionary(uniqueKeysWithValues: outcome.runs.map { ($0.runID, $0) })
        let attempts = outcome.charges.map { charge in
            KeyedAttempt(
                key: charge.call, request: charge.run,
                outcome: runs[charge.run]?.status == "completed" ? .returned("reported") : .unknown)
        }
        let effects = outcome.charges.flatMap { Array(repeating: $0.call, count: $0.count) }
        journey.note(IdempotencyChecker.check(attempts, effects: effects))
        for charge in outcome.charges where runs[charge.run] == nil {
            journey.find("the tokens of \(charge.call) are reported, and there is no such run")
        }
        for run in outcome.runs {
            let what = "the number of tokens charged for \(run.runID)"
            let (used, charged) = (run.tokensUsed ?? 0, run.tokensCharged ?? 0)
            if run.status != "completed" {
                // What another instance takes up it asks again, or it ends before it does.
                let isCounted = run.status == "failed" && !chaos.course.hasCrashed("agent")
                journey.check(!isCounted || charged <= used, "\(what) is \(charged), and it has used \(used)")
                continue
            }
            journey.expect(charged, used, what)
            // The fake analytics lose their rows with the process.
            if chaos.course.hasCrashed("analytics") { continue }
            let charges = outcome.charges.filter { $0.run == run.runID }
            journey.expect(charged, charges.reduce(0) { $0 + $1.tokens }, what)
            guard run.agentName == "triage" else { continue }
            journey.expect(
                charges.map(\.completionTokens), [outcome.answerTokens], "the tokens of the answers of \(run.runID)")
        }
    }

    /// A question that was sent once, though maybe handed over twice, has one run.
    func checkRepeats() {
        let attempts = memory.questions.map { question in
            KeyedAttempt(
                key: question.text, request: question.text, outcome: question.run.map { .returned($0) } ?? .unknown)
        }
        let effects = outcome.messages.filter { $0.role == "user" }.map(\.content)
        journey.note(IdempotencyChecker.check(attempts, effects: effects))
    }

    /// What a completed run says that it has told its user came once, and in the order of the run. Its last event is told when
    /// all is kept, and is left out where nobody takes it.
    func checkDelivery() {
        guard isComplete, let user = memory.userID else { return }
        for run in outcome.runs where run.status == "completed" {
            let events = memory.events(of: run.runID).map {
                ChatOutcome.name($0.kind.rawValue, $0.data, of: run.runID)
            }
            let received = events.map { ReceivedMessage(id: $0, recipient: user) }
            var sent = outcome.rows.filter { $0.run == run.runID }.map { row in
                OrderedMessage(
                    id: row.name, sender: run.runID, recipient: user,
                    certainty: row.kind == AgentEventKind.completed.rawValue ? .unknown : .done)
            }
            if chaos.course.hasCrashed("analytics") {
                let known = Set(sent.map(\.id))
                sent += events.filter { !known.contains($0) }.map {
                    OrderedMessage(id: $0, sender: run.runID, recipient: user, certainty: .unknown)
                }
            }
            let messages = sent.map { SentMessage(id: $0.id, recipient: $0.recipient, certainty: $0.certainty) }
            journey.note(
                DeliveryChecker(guarantee: .exactlyOnce).check(sent: messages, received: received).map(\.description)
                    + DeliveryOrderChecker().check(sent: sent, received: received).map(\.description))
        }
    }

    /// All who tell of the runs tell the same, and go on doing so.
    func checkConvergence() {
        guard let first = outcome.observations.first else { return journey.find("nobody was asked for the runs' statuses") }
        let checker = ConvergenceChecker(deadline: first.time)
        journey.note(checker.check(outcome.observations, readers: ["the list of runs", "the runs themselves"]))
    }
}
