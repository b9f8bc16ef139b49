// The protocol of a WebSocket without a socket: RFC 6455, rule by rule.

import NIOCore
import NIOWebSocket
import Testing

@testable import Wire

struct WebSocketMachineTests {
    private typealias Action = WebSocketMachine.Action
    private let key: WebSocketMaskingKey = [1, 2, 3, 4]

    private func machine(_ side: WebSocketMachine.Side = .server, limit: Int = 100) -> WebSocketMachine {
        WebSocketMachine(side: side, messageLimit: limit)
    }

    /// A frame as a client sends it: masked.
    private func frame(_ opcode: WebSocketOpcode, _ payload: ByteBuffer, fin: Bool = true, rsv1: Bool = false) -> WebSocketFrame {
        var masked = payload
        masked.webSocketMask(key)
        return WebSocketFrame(fin: fin, rsv1: rsv1, opcode: opcode, maskKey: key, data: masked)
    }

    private func frame(_ opcode: WebSocketOpcode, _ text: String, fin: Bool = true) -> WebSocketFrame {
        frame(opcode, ByteBuffer(string: text), fin: fin)
    }

    private func close(_ code: UInt16?, _ reason: String = "") -> ByteBuffer {
        var payload = ByteBuffer()
        if let code { payload.writeInteger(code) }
        payload.writeString(reason)
        return payload
    }

    private func sent(_ code: UInt16?, _ reason: String = "") -> Action {
        .send(.init(opcode: .connectionClose, payload: close(code, reason)))
    }

    private func endsWith(_ code: Int, _ actions: [Action]) -> Bool {
        guard actions.count == 3, case .send(let frame) = actions[0], case .end(let closure) = actions[1] else { return false }
        return frame.payload.getInteger(at: 0, as: UInt16.self) == UInt16(code) && closure.code == code
            && actions[2] == .hangUpGently
    }

    @Test func wholeMessagesAreDelivered() {
        var machine = machine()
        #expect(machine.receive(frame(.text, "grüße")) == [.deliver(.text("grüße"))])
        let bytes = ByteBuffer(bytes: [0, 255])
        #expect(machine.receive(frame(.binary, bytes)) == [.deliver(.binary(bytes))])
        #expect(machine.receive(frame(.text, "")) == [.deliver(.text(""))])
    }

    @Test func fragmentsAreJoinedAndPingsMayComeBetween() {
        var machine = machine()
        // The two bytes of ü are in two frames: only the whole text must be UTF-8.
        #expect(machine.receive(frame(.text, ByteBuffer(bytes: [103, 195]), fin: false)) == [])
        let ping = ByteBuffer(string: "hi")
        #expect(machine.receive(frame(.ping, ping)) == [.send(.init(opcode: .pong, payload: ping))])
        #expect(machine.receive(frame(.continuation, ByteBuffer(bytes: [188]), fin: false)) == [])
        #expect(machine.receive(frame(.continuation, "")) == [.deliver(.text("gü"))])
        #expect(machine.receive(frame(.text, "next")) == [.deliver(.text("next"))])
    }

    @Test func brokenRulesCloseWith1002() {
        var unmasked = machine()
        #expect(endsWith(1002, unmasked.receive(WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(string: "a")))))
        var maskedByServer = machine(.client)
        #expect(endsWith(1002, maskedByServer.receive(frame(.text, "a"))))
        var reserved = machine()
        #expect(endsWith(1002, reserved.receive(frame(.text, ByteBuffer(string: "a"), rsv1: true))))
        var unknown = machine()
        #expect(endsWith(1002, unknown.receive(frame(WebSocketOpcode(encodedWebSocketOpcode: 0x3)!, ""))))
        var orphan = machine()
        #expect(endsWith(1002, orphan.receive(frame(.continuation, "a"))))
        var nested = machine()
        _ = nested.receive(frame(.text, "a", fin: false))
        #expect(endsWith(1002, nested.receive(frame(.text, "b"))))
        #expect(nested.receive(frame(.text, "c")) == [], "nothing is delivered after the end")
    }

    @Test func textMustBeUTF8() {
        var machine = machine()
        #expect(endsWith(1007, machine.receive(frame(.text, ByteBuffer(bytes: [0xC0, 0xAF])))))
        var surrogate = self.machine()
        #expect(endsWith(1007, surrogate.receive(frame(.text, ByteBuffer(bytes: [0xED, 0xA0, 0x80])))))
    }

    @Test func largeMessagesCloseWith1009() {
        var whole = machine(limit: 4)
        #expect(whole.receive(frame(.text, "abcd")) == [.deliver(.text("abcd"))])
        #expect(endsWith(1009, whole.receive(frame(.text, "abcde"))))
        var parts = machine(limit: 4)
        _ = parts.receive(frame(.binary, "abc", fin: false))
        #expect(endsWith(1009, parts.receive(frame(.continuation, "de"))))
    }

    @Test(arguments: [1000, 1003, 1007, 1014, 3000, 4999] as [UInt16])
    func thePeersCloseIsAnswered(code: UInt16) {
        var machine = machine()
        let closure = WebSocketClosure(code: Int(code), reason: "bye")
        let actions = machine.receive(frame(.connectionClose, close(code, "bye")))
        #expect(actions == [sent(code), .end(closure), .hangUp])
        #expect(!machine.isOpen)
        #expect(machine.lose() == [], "the end of the channel is no news")
    }

    @Test(arguments: [0, 999, 1004, 1005, 1006, 1015, 2999, 5000] as [UInt16])
    func badCodesCloseWith1002(code: UInt16) {
        var machine = machine()
        #expect(endsWith(1002, machine.receive(frame(.connectionClose, close(code)))))
    }

    @Test func oddCloseFrames() {
        var empty = machine()
        #expect(
            empty.receive(frame(.connectionClose, ByteBuffer())) == [sent(nil), .end(.init(code: 1005, reason: "")), .hangUp])
        var short = machine()
        #expect(endsWith(1002, short.receive(frame(.connectionClose, ByteBuffer(bytes: [3])))))
        var bad = machine()
        #expect(endsWith(1007, bad.receive(frame(.connectionClose, ByteBuffer(bytes: [3, 232, 255])))))
    }

    @Test func closingWaitsForThePeer() {
        var machine = machine(.client)
        #expect(machine.close(.init(code: 1000, reason: "done")) == [sent(1000, "done")])
        #expect(machine.close(.init(code: 1001, reason: "")) == [], "a close frame is sent once")
        let late = WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(string: "late"))
        #expect(machine.receive(late) == [.deliver(.text("late"))])
        let answer = WebSocketFrame(fin: true, opcode: .connectionClose, data: close(1000))
        #expect(machine.receive(answer) == [.end(.init(code: 1000, reason: "")), .awaitHangUp])
    }

    @Test func aLostConnectionIs1006() {
        var machine = machine()
        #expect(machine.lose() == [.end(.abnormal), .hangUp])
        var closing = self.machine()
        _ = closing.close(.init(code: 1000, reason: ""))
        #expect(closing.lose() == [.end(.abnormal), .hangUp])
    }

    @Test func longReasonsAreCutBetweenCharacters() {
        var machine = machine()
        let reason = String(repeating: "ü", count: 100)
        #expect(machine.close(.init(code: 1000, reason: reason)) == [sent(1000, String(repeating: "ü", count: 61))])
    }
}
