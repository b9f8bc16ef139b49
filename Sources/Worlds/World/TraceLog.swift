// Where services' logs go: to standard error in the local world, nowhere in a simulation unless asked.

import Foundation
import Kernel
import Logging

/// A log handler that writes warnings and errors to standard error, outside simulations.
///
/// In a simulation thousands of worlds run one after the other, and a fault's warning is no news there.
struct TraceLog: LogHandler {
    let label: String
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .warning

    init(label: String) { self.label = label }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        guard Simulation.current == nil else { return }
        FileHandle.standardError.write(Data("\(event.level) \(label): \(event.message)\n".utf8))
    }
}
