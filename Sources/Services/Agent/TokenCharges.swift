// What users are charged with: a row for each call of a model, by the call's name.

import Kernel
import StoreKit

extension AgentStore {
    /// Charges the user of a run with a call of a model. A call that is charged already is not charged again: where the
    /// reply to a commit is lost, nobody knows whether it was. `suffix` is the planted bug
    /// ``ServiceKit/Deviation/tokensChargedTwice``: it makes another call of the same.
    func charge(_ call: MeteredCall, of order: RunOrder, suffix: String = "") async throws {
        let usage = call.usage
        let parameters: [SQLValue] = [
            .text(call.id(in: order) + suffix), .text(order.runID), .text(order.userID), .text(call.model),
            .integer(Int64(usage.promptTokens)), .integer(Int64(usage.completionTokens)), .integer(Int64(usage.totalTokens)),
            .integer(call.time.seconds),
        ]
        _ = try await transaction { session in
            try await session.query(
                """
                INSERT INTO token_charges
                    (id, run_id, user_id, model, prompt_tokens, completion_tokens, total_tokens, created_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING
                """, parameters)
        }
    }
}
