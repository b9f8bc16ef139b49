// The decisions of a client connection: which parts make which response, and what a lost connection does.

import NIOCore
import NIOHTTP1
import Testing

@testable import Wire

struct HTTPReceiptTests {
    private let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["Content-Length": "4"])
    private let closing = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["Connection": "close"])

    @Test func aResponseInOnePieceIsOneAnswer() {
        var receipt = HTTPReceipt()
        let maySend1 = receipt.send()
        #expect(maySend1)
        #expect(receipt.receive(.head(head)) == [])
        #expect(receipt.receive(.body(ByteBuffer(string: "ab"))) == [])
        #expect(receipt.receive(.body(ByteBuffer(string: "cd"))) == [])
        #expect(receipt.receive(.end(nil)) == [.answer(head, body: ByteBuffer(string: "abcd"), reusable: true)])
        let paused6 = receipt.pause()
        #expect(paused6 == [])
        let maySend2 = receipt.send()
        #expect(maySend2, "the connection takes the next call")
    }

    @Test func aPauseHandsOutTheHead() {
        var receipt = HTTPReceipt()
        _ = receipt.send()
        _ = receipt.receive(.head(head))
        _ = receipt.receive(.body(ByteBuffer(string: "ab")))
        let paused7 = receipt.pause()
        #expect(paused7 == [.begin(head, first: ByteBuffer(string: "ab"))])
        let paused8 = receipt.pause()
        #expect(paused8 == [])
        #expect(receipt.receive(.body(ByteBuffer(string: "cd"))) == [.piece(ByteBuffer(string: "cd"))])
        let maySend3 = receipt.send()
        #expect(!maySend3, "a response is under way")
        #expect(receipt.receive(.end(nil)) == [.finish(reusable: true)])
        #expect(!receipt.isBusy)
    }

    @Test func connectionCloseEndsTheConnection() {
        var receipt = HTTPReceipt()
        _ = receipt.send()
        _ = receipt.receive(.head(closing))
        #expect(receipt.receive(.end(nil)) == [.answer(closing, body: ByteBuffer(), reusable: false), .close])
        let maySend4 = receipt.send()
        #expect(!maySend4)
    }

    @Test func aLostConnectionFailsWhoeverWaits() {
        var waiting = HTTPReceipt()
        _ = waiting.send()
        #expect(waiting.lose("gone") == [.fail("gone"), .close])
        #expect(waiting.lose("gone again") == [])

        var streaming = HTTPReceipt()
        _ = streaming.send()
        _ = streaming.receive(.head(head))
        _ = streaming.pause()
        #expect(streaming.lose("gone") == [.fail("gone"), .close])

        var holding = HTTPReceipt()
        _ = holding.send()
        _ = holding.receive(.head(head))
        _ = holding.receive(.body(ByteBuffer(string: "ab")))
        #expect(holding.lose("gone") == [.begin(head, first: ByteBuffer(string: "ab")), .fail("gone"), .close])

        var idle = HTTPReceipt()
        #expect(idle.lose("gone") == [.close])
        let maySend5 = idle.send()
        #expect(!maySend5)
    }

    @Test func anUnaskedResponseIsALoss() {
        var receipt = HTTPReceipt()
        #expect(receipt.receive(.head(head)) == [.close])
        var other = HTTPReceipt()
        _ = other.send()
        let switching = HTTPResponseHead(version: .http1_1, status: .switchingProtocols)
        let actions = other.receive(.head(switching))
        #expect(actions.count == 2 && actions.last == .close)
    }
}
