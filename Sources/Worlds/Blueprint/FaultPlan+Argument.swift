// What `--faults` and `--fault` take: a plan's name, a plan's or decision list's file, faults in one line.

public import Faults
import Fixtures
import Foundation

extension FaultPlan {
    /// The roles that ends of places may have in the worlds that are built here.
    public static let endpoints = ServiceName.names + ["client"]

    /// The plan of a name, for these worlds. Throws an `InputError` with the nearest name.
    public static func named(_ name: String) throws -> FaultPlan { try named(name, services: ServiceName.names) }

    /// The plan that the command line names: `none`, `light`, `swarm`, `hostile`; a file of YAML (`.yaml`, `.yml`); or a decision list
    /// or failure file (`.json`), whose decisions are taken again. Throws an `InputError` with file and line.
    public static func from(argument: String) throws -> FaultPlan {
        let file = URL(fileURLWithPath: argument)
        switch file.pathExtension.lowercased() {
        case "yaml", "yml": return try FaultFile.load(file, endpoints: endpoints, name: argument)
        case "json":
            guard let text = try? String(contentsOf: file, encoding: .utf8) else {
                throw InputError("This file cannot be read, or is not UTF-8.", at: Place(argument))
            }
            return FaultPlan(repeating: try DecisionList(text: text, name: argument))
        default:
            guard names.contains(argument) else {
                let unknown = InputError.unknown("fault plan", argument, known: names, at: Place("--faults"))
                throw InputError(
                    unknown.message + " A file ends in .yaml, or in .json for decisions to repeat.", at: unknown.place)
            }
            return try named(argument)
        }
    }

    /// The same plan with these faults, as the command line writes them, behind its own. Throws an `InputError`; also
    /// where the plan repeats decisions, since those are all that happens.
    public func adding(_ lines: [String], source: String = "--fault") throws -> FaultPlan {
        guard decisions == nil || lines.isEmpty else {
            throw InputError("Decisions are repeated as they are: leave out the faults beside them.", at: Place(source))
        }
        var plan = self
        plan.faults += try lines.map { try FaultExpression.parse($0, endpoints: Self.endpoints, source: source) }
        return plan
    }
}
