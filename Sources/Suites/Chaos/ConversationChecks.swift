// What must hold of a user's conversations in the end, whatever has failed in between.

import Clients
import Wire

/// Judges what a user remembers by what is there.
struct ConversationChecks {
    let chaos: ChaosUser
    let memory: ChatMemory
    let outcome: ChatOutcome
    var journey: Journey { chaos.journey }

    init(_ chaos: ChaosUser, _ memory: ChatMemory, _ outcome: ChatOutcome) {
        self.chaos = chaos
        self.memory = memory
        self.outcome = outcome
    }

    /// Checks all of it.
    func check() {
        checkQuestions()
        for run in outcome.runs { check(run) }
        checkStates()
        checkCompleteness()
        checkRows()
        checkCharges()
        checkRepeats()
        checkDelivery()
        checkConvergence()
    }

    /// A question has one run at most, and the one that was named.
    private func checkQuestions() {
        let runs = Set(outcome.runs.map(\.runID))
        for question in memory.questions {
            let kept = outcome.messages.filter { $0.role == "user" && $0.content == question.text }
            journey.check(kept.count <= 1, "'\(question.text)', sent once, is there \(kept.count) times")
            guard let run = question.run else {
                chaos.sometimes(kept.isEmpty ? ChatMark.questionLost : .unknownRun)
                continue
            }
            journey.check(runs.contains(run), "the run \(run), which was said to have begun, is not listed")
            journey.check(kept.first?.runID == run, "'\(question.text)' was accepted as \(run), and is not kept so")
        }
        for message in outcome.messages where message.role == "user" {
            let isOwn = memory.questions.contains { $0.text == message.content }
            journey.check(isOwn, "there is a message that this user never sent: \(message.content)")
        }
        for run in memory.cancelled {
            let status = outcome.runs.first { $0.runID == run }?.status
            chaos.sometimes(ChatMark.cancelled, journey.expect(status, "cancelled", "the status of a run that was cancelled"))
        }
    }

    /// A completed run has one answer, the model's; another has none.
    private func check(_ run: RunStatus) {
        let isCompleted = run.status == "completed"
        let answers = outcome.messages.filter { $0.role == "assistant" && $0.runID == run.runID }
        journey.check(
            answers.count == (isCompleted ? 1 : 0), "the run \(run.runID) is \(run.status), and has \(answers.count) answers")
        for answer in answers { checkAnswer(answer.content, of: run) }
        let events = memory.events(of: run.runID)
        chaos.sometimes(ChatMark.failed, run.status == "failed" && events.contains { $0.kind == .error })
        for event in events where event.kind == .completed {
            journey.check(isCompleted, "agent_completed came for the run \(run.runID), which is \(run.status)")
            checkAnswer(event.data["result"]?.string ?? "", of: run)
        }
        checkUnique(events, of: run)
        if isCompleted, isComplete, events.last?.kind == .completed { note(EventOrderChecker.check(renumbered(events)), run) }
    }

    /// The one agent says what the model says, the other names the question.
    private func checkAnswer(_ answer: String, of run: RunStatus) {
        if run.agentName == "triage" {
            journey.expect(answer, outcome.answer, "the answer of \(run.runID)")
        } else {
            let question = outcome.messages.first { $0.role == "user" && $0.runID == run.runID }?.content ?? "nothing"
            journey.check(answer.contains(question), "the question of \(run.runID) is '\(question)', and the answer '\(answer)'")
        }
    }

    /// Nothing of a run is told twice under two numbers.
    private func checkUnique(_ events: [AgentEvent], of run: RunStatus) {
        if chaos.course.cacheMayForget { return }
        var seen: Set<String> = []
        for event in events {
            let name = ChatOutcome.name(event.kind.rawValue, event.data, of: run.runID)
            journey.check(seen.insert(name).inserted, "\(name) came twice, the second time as event \(event.sequence)")
        }
        let chunks = events.compactMap { $0.kind == .responseChunk ? $0.data["index"]?.integer : nil }
        journey.check(chunks == chunks.sorted(), "the chunks of \(run.runID) came in the order \(chunks)")
    }

    /// The order of a run's events among themselves: those of other runs of the user stand between them.
    private func renumbered(_ events: [AgentEvent]) -> [AgentEvent] {
        events.enumerated().compactMap { index, event in
            var json = event.json
            json["sequence"] = .integer(Int64(index + 1))
            if case .event(let event) = EventFrame(.text(json.text)) { return event }
            return nil
        }
    }

    private func note(_ problems: [String], _ run: RunStatus) { journey.note(problems.map { "run \(run.runID): \($0)" }) }

    /// A completed run is recorded once. One that could not be recorded, or was taken up by another instance, may be so in
    /// parts that overlap.
    private func checkRows() {
        if chaos.course.faults.contains("crash") { return }
        let completed = Set(outcome.runs.filter { $0.status == "completed" }.map(\.runID))
        for (run, rows) in Self.grouped(outcome.rows, by: \.run) where completed.contains(run) {
            let different = Set(rows.map(\.id)).count
            journey.check(
                rows.count == different, "the analytics have \(rows.count) rows of \(different) events of the run \(run)")
        }
    }

    /// The elements with the same key, in the order of the keys.
    static func grouped<Element>(
        _ elements: [Element], by key: (Element) -> String
    ) -> [(key: String, elements: [Element])] {
        Dictionary(grouping: elements, by: key).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The state that is kept of a run agrees with its status.
    private func checkStates() {
        if chaos.course.cacheMayForget { return }
        for (run, phase) in outcome.phases {
            journey.check(phase == "completed", "the run \(run) is completed, and its state says \(phase)")
        }
    }

    /// Whether every event that has a number came.
    var isComplete: Bool {
        !chaos.course.cacheMayForget && memory.lost.isEmpty && memory.lastSequence == (memory.events.keys.max() ?? 0)
    }

    private func checkCompleteness() {
        if chaos.course.cacheMayForget { return }
        let newest = memory.events.keys.max() ?? 0
        journey.check(
            memory.lastSequence == newest,
            "event \(memory.lastSequence + 1) of \(newest) never came, and nobody said that it is lost")
    }
}
