// The decisions of a served connection: order, limits, and when it ends.

import NIOCore
import NIOHTTP1
import Testing

@testable import ServiceKit

struct ServingMachineTests {
    private func head(_ uri: String, _ fields: HTTPHeaders = [:], version: HTTPVersion = .http1_1) -> HTTPRequestHead {
        HTTPRequestHead(version: version, method: .GET, uri: uri, headers: fields)
    }

    @Test func requestsAreAnsweredOneAfterTheOther() {
        var machine = ServingMachine(bodyLimit: 10)
        #expect(machine.receive(.head(head("/1"))) == [])
        #expect(machine.receive(.end(nil)) == [.respond(head("/1"), body: ByteBuffer())])
        _ = machine.receive(.head(head("/2")))
        #expect(machine.receive(.end(nil)) == [], "the first is not answered yet")
        #expect(!machine.isLast)
        #expect(machine.finish() == [.respond(head("/2"), body: ByteBuffer())])
        #expect(machine.finish() == [])
    }

    @Test func bodiesAreJoinedUpToTheLimit() {
        var machine = ServingMachine(bodyLimit: 4)
        _ = machine.receive(.head(head("/")))
        _ = machine.receive(.body(ByteBuffer(string: "ab")))
        _ = machine.receive(.body(ByteBuffer(string: "cd")))
        #expect(machine.receive(.end(nil)) == [.respond(head("/"), body: ByteBuffer(string: "abcd"))])
        _ = machine.finish()
        _ = machine.receive(.head(head("/")))
        _ = machine.receive(.body(ByteBuffer(string: "abc")))
        let refusal = machine.receive(.body(ByteBuffer(string: "de")))
        guard case .refuse(.payloadTooLarge, _)? = refusal.first else { Issue.record("got \(refusal)"); return }
        #expect(machine.receive(.body(ByteBuffer(string: "f"))) == [])
        #expect(machine.receive(.end(nil)) == [])
        #expect(machine.isLast)
    }

    @Test func aDeclaredLengthIsRefusedBeforeTheBody() {
        var machine = ServingMachine(bodyLimit: 4)
        let refusal = machine.receive(.head(head("/", ["Content-Length": "5"])))
        guard case .refuse(.payloadTooLarge, _)? = refusal.first else { Issue.record("got \(refusal)"); return }
    }

    @Test func connectionsEndAsRequestsSay() {
        for last in [
            head("/", ["Connection": "close"]), head("/", version: .http1_0),
            head("/", ["Connection": "upgrade", "Upgrade": "h2c"]),
        ] {
            var machine = ServingMachine(bodyLimit: 4)
            _ = machine.receive(.head(last))
            #expect(machine.receive(.end(nil)) == [.respond(last, body: ByteBuffer())])
            #expect(machine.isLast)
            #expect(machine.finish() == [.hangUp])
        }
    }

    @Test func aClientWithNothingMoreToSayGetsItsAnswers() {
        var machine = ServingMachine(bodyLimit: 4)
        for uri in ["/1", "/2"] {
            _ = machine.receive(.head(head(uri)))
            _ = machine.receive(.end(nil))
        }
        #expect(machine.closeInput() == [])
        #expect(!machine.isLast, "another answer follows")
        #expect(machine.finish() == [.respond(head("/2"), body: ByteBuffer())])
        #expect(machine.isLast)
        #expect(machine.finish() == [.hangUp])
        var idle = ServingMachine(bodyLimit: 4)
        #expect(idle.closeInput() == [.hangUp])
    }

    @Test func itIsTheClientsTurnUnlessAResponseIsUnderWay() {
        var machine = ServingMachine(bodyLimit: 4)
        #expect(machine.awaitsClient)
        _ = machine.receive(.head(head("/")))
        #expect(machine.awaitsClient, "the rest of the request is to come")
        _ = machine.receive(.end(nil))
        #expect(!machine.awaitsClient)
        _ = machine.finish()
        #expect(machine.awaitsClient)
    }

    @Test func stoppingFinishesWhatIsUnderWay() {
        var busy = ServingMachine(bodyLimit: 4)
        _ = busy.receive(.head(head("/")))
        _ = busy.receive(.end(nil))
        #expect(busy.stop() == [])
        #expect(busy.isLast)
        #expect(busy.finish() == [.hangUp])
        var idle = ServingMachine(bodyLimit: 4)
        #expect(idle.stop() == [.hangUp])
        #expect(idle.closeInput() == [], "it hangs up once")
    }

    @Test func nonsenseIsRefusedAfterTheAnswersBeforeIt() {
        var machine = ServingMachine(bodyLimit: 4)
        _ = machine.receive(.head(head("/")))
        _ = machine.receive(.end(nil))
        #expect(machine.fail(.badRequest, "no") == [])
        #expect(machine.finish() == [.refuse(.badRequest, detail: "no")])
        #expect(machine.fail(.badRequest, "again") == [])
    }

    @Test func bodiesAreInvitedWhereAsked() {
        var machine = ServingMachine(bodyLimit: 4)
        #expect(machine.receive(.head(head("/", ["Expect": "100-continue", "Content-Length": "2"]))) == [.invite])
    }
}
