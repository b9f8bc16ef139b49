// The browser: which cookies it sends where, which redirects it follows how, and when it stops.

import Clients
import HTTPTypes
import NIOCore
import Synchronization
import Testing
import Wire

@Suite struct BrowserTests {
    /// A service that answers by a table of paths, and tells what it was asked.
    private final class Site: Sendable {
        let asked = Mutex<[String]>([])
        let pages: [String: (status: Int, fields: HTTPFields)]

        init(_ pages: [String: (status: Int, fields: HTTPFields)]) { self.pages = pages }

        func caller(_ name: String) -> Caller {
            Caller(
                service: name,
                send: { [self] call in
                    let line = [call.head.method.rawValue, call.head.path ?? "", call.head.headerFields[.cookie] ?? "-"]
                    asked.withLock { $0.append(line.joined(separator: " ") + " " + String(buffer: call.body)) }
                    let page = pages[String((call.head.path ?? "").prefix { $0 != "?" })]
                    return StreamedReply(
                        head: HTTPResponse(status: .init(code: page?.status ?? 200), headerFields: page?.fields ?? [:]),
                        body: ReplyBody(ByteBuffer(string: "page")))
                },
                open: { _, _ in throw CallError.unknownService(name, known: []) })
        }
    }

    private func redirect(_ status: Int, _ location: String, cookies: String...) -> (status: Int, fields: HTTPFields) {
        var fields: HTTPFields = [.location: location]
        for cookie in cookies { fields.append(HTTPField(name: .setCookie, value: cookie)) }
        return (status, fields)
    }

    @Test func followsRedirectsToTheEndOfItsWorld() async throws {
        let site = Site(["/a": redirect(302, "/b?x=1"), "/b": redirect(303, "http://elsewhere.example/c?token=t&n=%20#f")])
        let page = try await Browser(site.caller("auth")).post("/a", form: ["k": "v w"])
        #expect(site.asked.withLock { $0 } == ["POST /a - k=v+w", "GET /b?x=1 - "])
        #expect(page.place == "http://elsewhere.example/c")
        #expect(page.query["token"] == "t")
        #expect(page.reply == nil)
        #expect(page.visited.count == 3)
    }

    @Test func keepsMethodAndFormWhereItMust() async throws {
        let site = Site(["/a": redirect(307, "b"), "/b": redirect(308, "/c")])
        let page = try await Browser(site.caller("auth")).post("/a", form: ["k": "v"])
        #expect(site.asked.withLock { $0 } == ["POST /a - k=v", "POST /b - k=v", "POST /c - k=v"])
        #expect(page.reply?.text == "page")
    }

    @Test func sendsCookiesWhereTheyBelong() async throws {
        let site = Site([
            "/set": redirect(
                302, "/x/y", cookies: "a=1; Path=/x; HttpOnly", "b=2; Path=/", "c=3; Secure; Path=/", "d=4; Path=/xy"),
            "/drop": redirect(302, "/x/y", cookies: "a=; Path=/x; Max-Age=0", "b=5; Path=/"),
        ])
        let other = Site([:])
        let browser = Browser(site.caller("auth"), other.caller("agent"))
        _ = try await browser.get("/set")
        _ = try await browser.get("/x")
        _ = try await browser.get("/xyz")
        _ = try await browser.get("http://agent/x")
        _ = try await browser.get("/drop")
        #expect(
            site.asked.withLock { $0 } == [
                "GET /set - ", "GET /x/y a=1; b=2 ", "GET /x a=1; b=2 ", "GET /xyz b=2 ", "GET /drop b=2 ", "GET /x/y b=5 ",
            ])
        #expect(other.asked.withLock { $0 } == ["GET /x - "])
    }

    @Test func leavesACircle() async throws {
        let site = Site(["/a": redirect(302, "/a")])
        await #expect(throws: CallError.self) { try await Browser(site.caller("auth")).get("/a") }
        #expect(site.asked.withLock { $0.count } == 11)
    }
}
