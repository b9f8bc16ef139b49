// Libraries that are loaded when they are first needed: found, or missing with one clear line.

import Glibc
import StoreKit
import Testing

@testable import Runner

@Suite struct LazyLibraryTests {
    @Test func aMissingLibraryIsNamedWithWhatToDo() {
        let missing = LazyLibrary(name: "libnowhere", files: ["libnowhere.so.7", "libnowhere.so"])
        let error = #expect(throws: (any Error).self) { try missing.load() }
        #expect("\(error!)" == "The library libnowhere is missing (libnowhere.so.7). Run Docker-free-env/install.")
    }

    @Test func aFunctionIsFoundByItsName() throws {
        let math = LazyLibrary(name: "libm", files: ["libm.so.6"])
        let cosine = try math.function("cos", as: (@convention(c) (Double) -> Double).self)
        #expect(cosine(0) == 1)
        let error = #expect(throws: (any Error).self) {
            try math.function("no_such_function", as: (@convention(c) () -> Void).self)
        }
        #expect("\(error!)".contains("has no function no_such_function"))
    }

    @Test func theClientsOfRealServersAreFoundHere() throws {
        // Docker-free-env/install has brought them.
        #expect(SelfTest.libraries().map(\.problem) == [nil, nil])
    }
}
