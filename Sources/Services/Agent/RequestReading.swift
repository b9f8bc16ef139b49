// What the routes read from requests: pages, texts, titles. Each refuses with 422 and says which field is wrong.

import Hummingbird
import ServiceKit
import Wire

/// A page of a list.
struct Page: Equatable {
    static let limitMax = 100

    let limit: Int
    let offset: Int

    /// Reads `?limit=&offset=`. Throws ``ServiceError`` with status 422.
    init(_ request: Request, limitDefault: Int) throws {
        func number(_ name: String, _ range: ClosedRange<Int>, default: Int) throws -> Int {
            guard let text = request.uri.queryParameters[name[...]] else { return `default` }
            guard let value = Int(text), range.contains(value) else {
                throw ServiceError(.unprocessableContent, "\(name) is a number from \(range.lowerBound) to \(range.upperBound)")
            }
            return value
        }
        limit = try number("limit", 1...Self.limitMax, default: limitDefault)
        offset = try number("offset", 0...1_000_000_000, default: 0)
    }
}

extension JSONValue {
    /// The text of a message: 1 to 8000 characters. Throws ``ServiceError`` with status 422.
    func messageText() throws -> String {
        guard let text = self["message"]?.string ?? self["content"]?.string, !text.isEmpty else {
            throw ServiceError(.unprocessableContent, "Field required: message")
        }
        guard text.count <= 8000 else {
            throw ServiceError(.unprocessableContent, "message has at most 8000 characters")
        }
        return text
    }

    /// A text that may be missing or null. Throws ``ServiceError`` with status 422 for anything else.
    func optionalText(_ name: String) throws -> String? {
        switch self[name] {
        case nil, .null: return nil
        case .string(let text): return text
        default: throw ServiceError(.unprocessableContent, "\(name) is a text")
        }
    }

    /// The object `metadata`, which may be missing or null. Throws ``ServiceError`` with status 422.
    func optionalMetadata() throws -> JSONValue? {
        guard let value = self["metadata"], !value.isNull else { return nil }
        guard value.object != nil else { throw ServiceError(.unprocessableContent, "metadata is an object") }
        return value
    }
}
