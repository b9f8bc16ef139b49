// Every deviation of every service, by name.

import AgentService
import AnalyticsService
import AuthService
import EventsService
public import Fixtures
import LLMService
public import ServiceKit

/// The deviations that can be switched on.
public enum DeviationCatalogue {
    /// All deviations, service by service.
    public static let all: [Deviation] =
        Deviation.authDeviations + Deviation.identityDeviations + Deviation.eventsDeviations + Deviation.agentDeviations
        + Deviation.llmDeviations + Deviation.analyticsDeviations + Deviation.storeDeviations + Deviation.environmentDeviations

    /// Their names, in the same order.
    public static var names: [String] { all.map(\.name) }

    /// The names of those that were seen in the real product.
    public static var quirks: [String] { all.filter(\.isQuirk).map(\.name) }

    /// The deviation of a name. Throws an `InputError` with the nearest name.
    public static func deviation(named name: String, at place: Place?) throws -> Deviation {
        guard let deviation = all.first(where: { $0.name == name }) else {
            throw InputError.unknown("planted bug", name, known: all.map(\.name), at: place)
        }
        return deviation
    }

    /// The quirk of a name. Throws an `InputError` with the nearest name.
    public static func quirk(named name: String, at place: Place?) throws -> Deviation {
        guard let quirk = all.first(where: { $0.isQuirk && $0.name == name }) else {
            throw InputError.unknown("quirk", name, known: quirks, at: place)
        }
        return quirk
    }
}
