// Cells of the coverage matrix: where a decision was taken, and where a fault could have happened whatever chance said.

import Kernel
import Testing
import Wire

@testable import Faults

@Suite struct FaultCellTests {
    @Test(arguments: [
        ("user-1->agent->", "agent"), ("user-3->events", "events"), ("agent-2->llm-1<-", "llm"),
        ("agent->llm POST /v1/chat/completions", "llm"), ("auth insert", "auth"), ("agent-2", "agent"),
    ])
    func decisionsBelongToServices(actor: String, service: String) {
        let decision = FaultDecision(site: .delivery, actor: actor, occurrence: 1, fault: "drop", verdict: .drop)
        #expect(FaultCell(of: decision) == FaultCell(fault: "drop", service: service))
    }

    @Test func whatChanceForbidsIsPossible() throws {
        let texts = ["client->agent: reset~0.0001%", "client->agent: drop@3", "client->llm: drop", "agent: crash@t=5s..6s"]
        let faults = try texts.map { try FaultExpression.parse($0, endpoints: ["agent", "llm", "client"]) }
        var plan = FaultPlan(faults)
        for notes in [false, true] {
            plan.notesPossible = notes
            let injector = FaultInjector(plan, chance: Chance(seed: 1))
            let link = LinkName(from: .client("user-1"), to: Endpoint(role: "agent", instance: "agent-2"))
            for occurrence in 1...2 {
                let event = FaultEvent(.link(.delivery, link, .forth), occurrence: UInt64(occurrence))
                #expect(injector.judge(event) == .pass)
            }
            #expect(injector.possibleCells == (notes ? [FaultCell(fault: "reset", service: "agent")] : []))
            _ = injector.appointments(of: .service("agent"))
            #expect(injector.possibleCells.contains(FaultCell(fault: "crash", service: "agent")) == notes)
        }
    }
}
