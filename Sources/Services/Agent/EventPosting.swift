// Sends a run's events to the events service, each once it has the one before; and their rows to the analytics.

import HTTPTypes
import Kernel
import Logging
import NIOCore
import ServiceKit
import Wire

/// Sends the events of one run.
struct EventPosting: Sendable {
    /// How long to wait before each further attempt.
    static let retryDelays: [Duration] = [.seconds(1), .seconds(2), .seconds(4)]
    /// The same for rows of the analytics: a user waits for the end of the run meanwhile.
    static let recordDelays: [Duration] = [.milliseconds(100), .milliseconds(400), .seconds(2), .seconds(4)]

    let context: ServiceContext
    let order: RunOrder
    /// Whether the run was begun by another instance.
    let isTakenUp: Bool

    /// Posts an event. The events service recognises it by its id, so that an attempt whose reply was lost does no
    /// harm. Throws ``RunFailure`` where no attempt succeeds, or the event is refused.
    func post(_ event: RunEvent) async throws {
        let body: JSONValue = [
            "user_id": .string(order.userID), "event_id": .string(id(of: event)), "event": event.json(in: order),
        ]
        var call = context.signed(Call.post("/internal/events").field(.contentType, "application/json"))
        // The events service knows an event by its id: one that comes twice is one.
        call.isRepeatable = true
        call.body = body.buffer
        if context.deviates(.eventSentOnce) {
            call.isRepeatable = false
            _ = try? await context.caller("events").fetch(call)
            return try Task.checkCancellation()
        }
        let posted = call
        try await attempt(at: "events", what: "The event \(event.kind.rawValue) could not be delivered") { posted }
    }

    private func id(of event: RunEvent) -> String {
        event.id(in: order) + (isTakenUp && context.deviates(.resumedEventsRenamed) ? "-again" : "")
    }

    /// Inserts a row for each event. Throws ``RunFailure`` as ``post(_:)`` does; rows carry the event's id, by which
    /// those that an attempt with a lost reply has left twice can be told.
    func record(_ events: [RunEvent]) async throws {
        guard let first = events.first, let last = events.last else { return }
        // A block that comes twice, because the reply was lost, is stored once.
        let token = "\(order.runID)-\(first.index)-\(last.index)-\(last.kind.rawValue)"
        let rows = events.map { AnalyticsRow.json(of: $0, in: order).text + "\n" }.joined()
        let call = insertion(of: rows, into: "agent_events", token: context.deviates(.recordedTwice) ? nil : token)
        try await attempt(at: "analytics", what: "The run could not be recorded", delays: Self.recordDelays) { call }
    }

    /// Inserts a row for a call of a model. Throws ``RunFailure`` as ``post(_:)`` does.
    func report(_ metered: MeteredCall) async throws {
        let row = metered.row(in: order).text + "\n"
        var attempts = 0
        try await attempt(at: "analytics", what: "The tokens could not be reported", delays: Self.recordDelays) {
            // A row that comes twice, because the reply was lost, is stored once.
            let suffix = attempts > 0 && context.deviates(.tokensChargedTwice) ? "-again-\(attempts)" : ""
            attempts += 1
            return insertion(of: row, into: "performance_metrics", token: metered.id(in: order) + suffix)
        }
    }

    private func insertion(of rows: String, into table: String, token: String?) -> Call {
        let setting = token.map { "&insert_deduplication_token=\($0)" } ?? ""
        var call = context.signed(Call.post("/?query=INSERT%20INTO%20\(table)%20FORMAT%20JSONEachRow\(setting)"))
        call.body.writeString(rows)
        return call
    }

    /// Makes a call until it succeeds; `call` makes it anew for each attempt.
    private func attempt(
        at service: String, what: String, delays: [Duration] = retryDelays, _ call: () -> Call
    ) async throws {
        var delays = delays[...]
        while let problem = try await problem(of: call(), at: service, what: what) {
            guard let delay = delays.popFirst() else { throw RunFailure("\(what): \(problem).") }
            context.log.info("\(what): \(problem). Trying again in \(delay).")
            try await context.clock.sleep(for: delay)
        }
    }

    /// Makes one attempt: nil where it succeeds, else the problem, which may pass. Throws ``RunFailure`` for one that
    /// will not.
    private func problem(of call: Call, at service: String, what: String) async throws -> String? {
        let reply: Reply
        do {
            reply = try await context.caller(service).fetch(call)
        } catch let error as CancellationError {
            throw error
        } catch {
            return "\(error)"
        }
        if reply.status.kind == .successful { return nil }
        let problem = "\(service) answered with status \(reply.status.code)"
        if reply.status.kind == .serverError || reply.status == .tooManyRequests { return problem }
        context.log.warning("\(problem): \(reply.text.prefix(200))")
        throw RunFailure("\(what): \(problem).")
    }
}
