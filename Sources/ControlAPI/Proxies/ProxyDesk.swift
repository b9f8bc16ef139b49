// The one place where requests meet proxies: one request after the other, the registry decides, the sockets follow.

import Kernel
import LoopbackTransport
import NIOCore

/// Answers the requests of the control API.
actor ProxyDesk {
    /// What Toxiproxy answers where it was built without a version.
    static let version = "git"

    private let transport: LoopbackTransport
    private let draw: ToxicDraw
    private let traffic = ProxyTraffic()
    private var registry = ProxyRegistry { listen throws(ControlError) in
        do { return try TCPProxy.numeric(listen) } catch { throw .system("\(error)") }
    }
    private var proxies: [String: TCPProxy] = [:]
    /// The last request, which the next one waits for.
    private var last: Task<Void, Never>?

    init(_ transport: LoopbackTransport, chance: Chance) {
        self.transport = transport
        draw = { chance.draw(site: "toxiproxy \($0)", actor: $1, occurrence: $2).bits }
    }

    /// The answer to a request, once all requests before it are answered.
    func respond(to request: ControlRequest) async -> ControlResponse {
        let previous = last
        let task = Task {
            await previous?.value
            return await self.answer(request)
        }
        last = Task { _ = await task.value }
        return await task.value
    }

    /// Closes all proxies.
    func close() async {
        await last?.value
        for entry in registry.all { await proxies[entry.name]?.stop() }
        proxies = [:]
    }

    private func answer(_ request: ControlRequest) async -> ControlResponse {
        let route: ControlRoute
        do { route = try ControlRoute(method: request.method, target: request.target) } catch { return .miss(error) }
        // A page of another site must not be able to drive it.
        if request.userAgent.hasPrefix("Mozilla/") { return .plain("User agent not allowed", status: 403) }
        do { return try await answer(route, request.body) } catch { return error.response }
    }

    private func answer(_ route: ControlRoute, _ body: ByteBuffer) async throws(ControlError) -> ControlResponse {
        switch route {
        case .listProxies:
            let members = registry.all.map { "\(GoJSON.quoted($0.name)):\($0.text)" }
            return .json("{\(members.joined(separator: ","))}")
        case .showProxy(let name): return .json(try registry.proxy(name).text)
        case .listToxics(let name): return .json(try registry.proxy(name).toxicsText)
        case .showToxic(let proxy, let name): return .json(try registry.toxic(name, of: proxy).text)
        case .createProxy:
            let description = ProxyDescription(try BodyFields(BodyFields.value(of: body), as: .proxy))
            try description.check()
            try await perform(try registry.create(description))
            return .json(try registry.proxy(description.name).text, status: 201)
        case .updateProxy(let name):
            let entry = try registry.proxy(name)
            let description = ProxyDescription(try BodyFields(BodyFields.value(of: body), as: .proxy), or: entry)
            try await perform(try registry.update(name, to: description))
            return .json(try registry.proxy(name).text)
        case .createToxic(let proxy):
            _ = try registry.proxy(proxy)
            let change = try registry.add(try BodyFields.value(of: body), to: proxy)
            try await perform(change.steps)
            return .json(change.toxic.text)
        case .updateToxic(let proxy, let name):
            _ = try registry.toxic(name, of: proxy)
            let change = try registry.update(name, of: proxy, by: try BodyFields.value(of: body))
            try await perform(change.steps)
            return .json(change.toxic.text)
        case .deleteProxy(let name): try await perform(try registry.delete(name))
        case .deleteToxic(let proxy, let name): try await perform(try registry.remove(name, of: proxy))
        case .reset: try await perform(registry.reset())
        case .populate: return await populate(body)
        case .version:
            return ControlResponse(
                status: 200, contentType: "application/json;charset=utf-8", body: "{\"version\": \"\(Self.version)\"}\n")
        case .metrics:
            return ControlResponse(status: 200, contentType: ProxyMetrics.contentType, body: ProxyMetrics.text(traffic))
        }
        return .noContent
    }

    /// Creates a list of proxies. Where one fails, those before it stay, and the answer lists them beside the error.
    private func populate(_ body: ByteBuffer) async -> ControlResponse {
        var done: [String] = []
        func proxies() -> String {
            // As Go writes a list that was never begun.
            done.isEmpty ? "null" : "[" + done.compactMap { try? registry.proxy($0).text }.joined(separator: ",") + "]"
        }
        do {
            for description in try Self.descriptions(body) {
                try await perform(try registry.populate(description))
                done.append(description.name)
            }
            return .json(#"{"proxies":\#(proxies())}"#, status: 201)
        } catch { return .json(#"{\#(error.members),"proxies":\#(proxies())}"#, status: error.status) }
    }

    private static func descriptions(_ body: ByteBuffer) throws(ControlError) -> [ProxyDescription] {
        let value = try BodyFields.value(of: body)
        var descriptions: [ProxyDescription] = []
        switch value {
        case .null: break
        case .array(let items):
            for item in items { descriptions.append(ProxyDescription(try BodyFields(item, as: .listedProxy))) }
        default:
            throw .badBody("json: cannot unmarshal \(value.kind) into Go value of type []\(GoStruct.listedProxy.type)")
        }
        for (index, description) in descriptions.enumerated() { try description.check(" at proxy \(index + 1)") }
        return descriptions
    }

    private func perform(_ steps: [ProxyRegistry.Step]) async throws(ControlError) {
        for step in steps {
            switch step {
            case .create(let name): proxies[name] = transport.proxy(name, draw: draw, traffic: traffic)
            case .start(let name, let undo): try await start(name, undo)
            case .stop(let name): await proxies[name]?.stop()
            case .delete(let name): await proxies.removeValue(forKey: name)?.stop()
            case .add(let toxic, let name): await proxies[name]?.add(toxic)
            case .update(let toxic, let name): await proxies[name]?.update(toxic)
            case .remove(let toxic, let name):
                await proxies[name]?.remove(toxic)
                registry.removed(toxic, of: name)
            }
        }
    }

    private func start(_ name: String, _ undo: ProxyRegistry.Undo) async throws(ControlError) {
        guard let proxy = proxies[name] else { return }
        do {
            let entry = try registry.proxy(name)
            registry.started(name, at: try await proxy.start(listen: entry.listen, upstream: entry.upstream))
        } catch {
            if case .restore = undo { proxies[name] = nil }
            if let old = registry.restore(name, undo) {
                let proxy = transport.proxy(name, draw: draw, traffic: traffic)
                for toxic in old.toxics { await proxy.add(toxic) }
                proxies[name] = proxy
            }
            throw error as? ControlError ?? .system("\(error)")
        }
    }
}
