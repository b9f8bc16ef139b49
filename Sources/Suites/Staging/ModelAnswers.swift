// S3.4: the model's answers are complete: calls of functions with arguments that can be read, and a count that adds up.

import Clients
import Wire
import Worlds

enum ModelAnswers {
    static let suiteCase = SuiteCase(
        "staging/model-answers",
        "The model calls a function with arguments that can be read, whole and streamed alike, and counts right",
        layer: .services, covers: ["S3.4"], catches: ["llm-usage-wrong", "llm-tool-arguments-broken"]
    ) { stage in
        await stage.everyUser { journey in
            let tool = LLMRequest.tool(
                "cost_analyzer", description: "Adds up what requests cost.",
                parameters: ["type": "object", "properties": ["period": ["type": "string"]], "required": ["period"]])
            let request = LLMRequest(
                model: "gpt-4o", messages: [["role": "user", "content": .string("Call cost_analyzer for \(journey.user).")]],
                tools: [tool])
            let whole = try await journey.take("ask for a call") { try await journey.client.llm.answer(request) }
            let streamed = try await journey.take("ask for a streamed call") {
                try await journey.client.llm.streamedAnswer(request)
            }
            for answer in [whole, streamed] {
                journey.expect(
                    answer.usage.totalTokens, answer.usage.promptTokens + answer.usage.completionTokens, "the total of the tokens"
                )
                journey.expect(answer.finishReason, "tool_calls", "why the answer ends")
                journey.expect(answer.toolCalls.map(\.name), ["cost_analyzer"], "the functions that are called")
                for call in answer.toolCalls {
                    let arguments = try? JSONValue(json: call.arguments)
                    journey.check(arguments?.object != nil, "the arguments of \(call.name) are no JSON object: \(call.arguments)")
                }
            }
            journey.expect(streamed.toolCalls.map(\.arguments), whole.toolCalls.map(\.arguments), "the streamed arguments")
        }
    }
}
