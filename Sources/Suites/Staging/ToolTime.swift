// S2.3: a tool's result is there in less than 30 s.

import Clients
import Kernel
import Wire
import Worlds

enum ToolTime {
    static let suiteCase = SuiteCase(
        "staging/tool-time", "Every tool's result is there less than 30 s after the tool began",
        layer: .flows, covers: ["S2.3"], catches: ["slow-tool"]
    ) { stage in
        await stage.everyUser { journey in
            let (_, exchange) = try await journey.converse("What can \(journey.user) save on model costs?")
            var begun: Instant?
            for (event, arrival) in zip(exchange.events, exchange.arrivals) {
                switch event.kind {
                case .toolExecuting: begun = arrival
                case .toolCompleted:
                    let tool = event.data["tool_name"]?.string ?? "a tool"
                    guard let start = begun else {
                        journey.find("\(tool) was completed without having begun")
                        continue
                    }
                    journey.within(.seconds(30), from: start, to: arrival, "the result of \(tool)")
                    begun = nil
                default: break
                }
            }
        }
    }
}
