// The ways in which the fake model can be wrong on purpose.

public import ServiceKit

extension Deviation {
    /// A streamed reply ends early, and says that it is whole.
    public static let llmCutUnmarked = Deviation(
        "llm-cut-unmarked", of: "llm", "a streamed reply stops half-way and ends as if it were whole")
    /// Pieces of a streamed reply come twice.
    public static let llmChunkDoubled = Deviation(
        "llm-chunk-doubled", of: "llm", "every third piece of a streamed reply comes twice")
    /// The tokens are counted wrong.
    public static let llmUsageWrong = Deviation(
        "llm-usage-wrong", of: "llm", "the total of the tokens is not the sum of its parts")
    /// The arguments of tool calls are no JSON.
    public static let llmToolArgumentsBroken = Deviation(
        "llm-tool-arguments-broken", of: "llm", "the arguments of a tool call are cut off in the middle")

    /// All of this service.
    public static let llmDeviations: [Deviation] = [llmCutUnmarked, llmChunkDoubled, llmUsageWrong, llmToolArgumentsBroken]
}
