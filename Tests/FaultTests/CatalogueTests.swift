// The catalogue as a whole: complete entries, a schema that is current, appointments that do not disturb each other.

import Faults
import Fixtures
import Foundation
import Kernel
import Testing
import Wire

private let services = ["auth", "llm", "analytics", "events", "agent", "cache"]
private let endpoints = services + ["client"]

@Suite struct CatalogueTests {
    @Test func entriesAreComplete() throws {
        let kinds = FaultCatalogue.kinds
        #expect(Set(kinds.map(\.name)).count == kinds.count)
        for kind in kinds {
            #expect(!kind.summary.isEmpty && kind.summary.hasSuffix(".") && !kind.summary.contains("\n"), "\(kind.name)")
            #expect(!kind.outcomes.isEmpty && !kind.forms.isEmpty)
            let fault = try FaultExpression.parse(kind.example, endpoints: endpoints)
            #expect(fault.name == kind.name)
            for parameter in kind.parameters { #expect(!parameter.summary.isEmpty && !parameter.unit.isEmpty) }
        }
        // Every site has a fault.
        #expect(Set(kinds.flatMap(\.sites)) == Set(FaultSite.allCases))
        #expect(Set(kinds.flatMap(\.outcomes)) == Set(OutcomeClass.allCases))
    }

    @Test func theSchemaIsCurrent() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Fixtures/faults/plan.schema.json").standardizedFileURL
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text == FaultSchema.text, "write it anew: backlot faults --schema > Fixtures/faults/plan.schema.json")
        #expect(try JSONValue(json: text) == FaultSchema.document)
        let named = FaultSchema.document["properties"]?["faults"]?["items"]?["oneOf"]?.array?[1]["properties"]?["fault"]?["enum"]
        #expect(named?.array?.compactMap(\.string) == FaultCatalogue.kinds.map(\.name))
    }

    @Test func appointmentsOfOneKindDoNotDisturbAnother() throws {
        let crash = "*: crash@t=1s..2s~50%"
        let others = ["*: pause@t=1s..2s", "agent: clock-skew@t=0s..9s", "auth: key-rotation@t=1s..5s"]
        for seed in 1...40 as ClosedRange<UInt64> {
            func crashes(_ lines: [String]) throws -> [Verdict] {
                let plan = FaultPlan(try lines.map { try FaultExpression.parse($0, endpoints: endpoints) })
                let injector = FaultInjector(plan, chance: Chance(seed: seed))
                let verdicts = injector.appointments(of: .service("agent"))
                // A list has the same come at the same times.
                let again = FaultInjector(
                    FaultPlan(repeating: DecisionList(injector.decisions)), chance: Chance(seed: seed + 1))
                if !injector.decisions.isEmpty {
                    #expect(Set(again.appointments(of: .service("agent"))) == Set(verdicts))
                    #expect(again.appointments(of: .service("agen")) == [])
                }
                return verdicts.filter { if case .crash = $0 { true } else { false } }
            }
            #expect(try crashes(others + [crash]) == crashes([crash]), "seed \(seed)")
        }
    }

    @Test func theHostilePlanLeavesNothingOut() throws {
        let plan = try FaultPlan.named("hostile", services: services)
        for seed in 1...30 as ClosedRange<UInt64> {
            let faults = plan.faults(of: seed)
            #expect(faults.map(\.name) == FaultCatalogue.kinds.map(\.name))
            #expect(faults.map(\.text) != plan.faults(of: seed + 1).map(\.text))
        }
        // Its rates lie above those of any swarm.
        let swarm = try FaultPlan.named("swarm", services: services)
        func rates(_ plan: FaultPlan) -> [Ratio] {
            (1...60).flatMap { seed in plan.faults(of: seed).filter { $0.name == "http-503" }.map(\.probability) }
        }
        #expect((rates(plan).map(\.numerator).min() ?? 0) >= (rates(swarm).map(\.numerator).max() ?? .max))
    }
}
