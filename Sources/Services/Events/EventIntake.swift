// POST /internal/events: how the agent's events come in, and what the service asks of them.

import HTTPTypes
import Hummingbird
import ServiceKit
import Wire

/// An agent event that another service sent for a user.
struct EventIntake {
    let userID: String
    let event: JSONValue
    /// The sender's own name for the event, by which a repetition is recognised.
    let eventID: String?

    /// Reads `{user_id, event: {type, ...}, event_id?}`. Throws ``ServiceError`` with status 422.
    init(_ body: JSONValue) throws {
        guard let userID = body["user_id"]?.string, !userID.isEmpty else {
            throw ServiceError(.unprocessableContent, "Field required: user_id")
        }
        guard let event = body["event"], event["type"]?.string != nil else {
            throw ServiceError(.unprocessableContent, "Field required: event.type")
        }
        // An event that names another user than the one it is for would be a leak by the sender's mistake.
        if let named = event["user_id"], named != .string(userID) {
            throw ServiceError(.unprocessableContent, "event.user_id is not user_id")
        }
        self.userID = userID
        self.event = event
        eventID = body["event_id"]?.string
    }
}
