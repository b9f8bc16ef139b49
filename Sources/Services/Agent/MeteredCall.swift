// What calls of models use: counted once for each call, whatever has to be sent twice.

import Kernel
import ServiceKit
import Wire

/// The tokens of one reply, as the model reports them (OpenAI API, `usage`).
struct ModelUsage: Sendable, Equatable {
    let promptTokens: Int
    let completionTokens: Int
    let totalTokens: Int

    init(promptTokens: Int, completionTokens: Int, totalTokens: Int) {
        (self.promptTokens, self.completionTokens, self.totalTokens) = (promptTokens, completionTokens, totalTokens)
    }

    /// The `usage` of a reply; nil where it has none.
    init?(_ json: JSONValue?) {
        guard let prompt = json?["prompt_tokens"]?.integer, let completion = json?["completion_tokens"]?.integer,
            let total = json?["total_tokens"]?.integer
        else { return nil }
        self.init(promptTokens: prompt, completionTokens: completion, totalTokens: total)
    }
}

/// A call of a model that its user is to be charged with.
struct MeteredCall: Sendable, Equatable {
    /// Counts the run's calls of models from 1. A run that is taken up asks again what it had not saved, under the same number:
    /// the user pays for the step, and not for our crash.
    let number: Int
    let model: String
    let usage: ModelUsage
    let time: Instant

    /// The call's name, unique in the world.
    func id(in order: RunOrder) -> String { "\(order.runID)-call-\(number)" }

    /// The row of the call in the table `performance_metrics`, as JSONEachRow takes it.
    func row(in order: RunOrder) -> JSONValue {
        [
            "trace_id": .string(order.runID), "execution_id": .string(id(in: order)), "user_id": .string(order.userID),
            "metric_type": "llm", "metric_name": "tokens", "value": JSONValue(usage.totalTokens), "unit": "tokens",
            "model_name": .string(model), "prompt_tokens": JSONValue(usage.promptTokens),
            "completion_tokens": JSONValue(usage.completionTokens), "total_tokens": JSONValue(usage.totalTokens),
            "timestamp": .string(time.text(between: " ")),
        ]
    }
}
