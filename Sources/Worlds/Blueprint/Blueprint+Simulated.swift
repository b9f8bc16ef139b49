// The simulated counterpart of a blueprint: the same services under the same faults, on virtual time.

import Mesh

extension Blueprint {
    /// The same world simulated: with a data centre's links and the stores of this process, whatever stores the world has
    /// itself. Faults of stores happen to what services ask for, so that they are the same over any store.
    public var simulated: Blueprint {
        var blueprint = self
        blueprint.kind = .simulated
        blueprint.links = .dataCentre
        blueprint.relational = .embedded
        blueprint.cache = .embedded
        blueprint.keepsTrace = false
        return blueprint
    }
}
