// A C library that is loaded when it is first needed: without it everything works that does not need it.

import Fixtures
import Glibc

/// A shared library of the system.
package struct LazyLibrary: Sendable {
    /// Its name for people.
    package let name: String
    /// The file names by which the loader may know it, the best first.
    package let files: [String]

    /// A library from its parts.
    package init(name: String, files: [String]) {
        self.name = name
        self.files = files
    }

    /// PostgreSQL's client library. Version 5 of its interface is all there is.
    package static let pq = LazyLibrary(name: "libpq", files: ["libpq.so.5", "libpq.so"])
    /// The client library of Redis, by the major version of its interface that the program was built against: the
    /// layout of replies differs.
    package static func hiredis(major: Int) -> LazyLibrary {
        LazyLibrary(
            name: "hiredis",
            files: major == 0
                ? ["libhiredis.so.0.14", "libhiredis.so.0.13"]
                : ["libhiredis.so.1.1.0", "libhiredis.so.1.0.0", "libhiredis.so"])
    }

    /// Loads the library, or finds it loaded. Throws an `InputError` that says what to do where it cannot be loaded.
    package func load() throws -> UnsafeMutableRawPointer {
        for file in files {
            if let library = dlopen(file, RTLD_NOW | RTLD_LOCAL) { return library }
        }
        throw InputError("The library \(name) is missing (\(files[0])). Run Docker-free-env/install.")
    }

    /// The address of a function of the library. Throws an `InputError` where there is no such library or function.
    package func function<Function>(_ symbol: String, as type: Function.Type) throws -> Function {
        guard let address = dlsym(try load(), symbol) else {
            throw InputError(
                "The library \(name) has no function \(symbol): it is of another version than the one built against.")
        }
        return unsafeBitCast(address, to: type)
    }
}
