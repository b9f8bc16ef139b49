// S5.1: one table says where everything is, nothing in it clashes, and every variable is explained and true.

import Wire
import Worlds

enum EnvironmentConfiguration {
    static let suiteCase = SuiteCase(
        "staging/configuration",
        "Every variable of the environment is documented, agrees with the others, and leads to its service",
        layer: .infrastructure, covers: ["S5.1"], catches: ["port-drift", "port-clash"]
    ) { stage in
        await stage.journey("operator") { journey in
            let table = journey.world.environment()
            journey.expect(
                Set(table.entries.map(\.name)), Set(journey.world.addresses.map(\.service)), "the servers in the table")
            let places = table.entries.map { "\($0.address)" }
            journey.expect(Set(places).count, places.count, "the number of different addresses")
            let variables = table.variables
            journey.expect(Set(variables.map(\.name)).count, variables.count, "the number of different variables")
            for variable in variables { check(variable, table, journey) }
            for (service, address) in journey.world.addresses {
                let told = table.entries.first { $0.name == service }?.address
                journey.expect(told, address, "the address that is told of \(service)")
            }
        }
    }

    private static func check(_ variable: EnvironmentVariable, _ table: EnvironmentTable, _ journey: Journey) {
        let name = variable.name
        journey.check(
            name.allSatisfy { $0 == "_" || $0.isNumber || $0.isLetter && $0.isUppercase }, "\(name) is no name of a variable")
        journey.check(!variable.summary.isEmpty, "\(name) is not documented")
        journey.check(
            !variable.value.isEmpty && !variable.value.contains(where: \.isWhitespace), "\(name) is '\(variable.value)'")
        guard let entry = table.entries.first(where: { $0.name == variable.server }) else {
            return journey.find("\(name) leads to \(variable.server), which is not there")
        }
        switch name {
        case _ where name.hasSuffix("_PORT"): journey.expect(variable.value, "\(entry.address.port)", name)
        case _ where name.hasSuffix("_HOST"): journey.expect(variable.value, entry.address.host, name)
        case _ where name.hasSuffix("_URL"):
            journey.check(
                variable.value.contains("://\(entry.address)"),
                "\(name) is \(variable.value), expected to lead to \(entry.address)")
        default: break
        }
    }
}
