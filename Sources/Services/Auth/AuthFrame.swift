// What is around every answer of the auth service: its name and version, and errors as `{"detail": ...}`.

import HTTPTypes
import Hummingbird
import Logging
import ServiceKit
import StoreKit
import Wire

/// Adds the service's fields to every response, and turns every error into one.
struct AuthFrame: RouterMiddleware {
    let log: Logger
    private let fields: HTTPFields

    init(name: String, version: String, log: Logger) {
        self.log = log
        fields = [.serviceName: name, .serviceVersion: version, .vary: "Origin"]
    }

    func handle(
        _ request: Request, context: ServiceRequestContext,
        next: (Request, ServiceRequestContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as CancellationError {
            throw error
        } catch {
            response = try self.error(error, request).response()
        }
        response.headers.append(contentsOf: fields)
        return response
    }

    private func error(_ error: any Error, _ request: Request) -> ServiceError {
        switch error {
        case let error as ServiceError: return error
        case let error as HTTPError where error.status == .notFound: return ServiceError(.notFound, "Not Found")
        case let error as HTTPError: return ServiceError(error.status, error.body ?? error.status.reasonPhrase)
        case is SQLError, is CacheError:
            log.error("\(request.method) \(request.uri.path): the store failed: \(error)")
            return ServiceError(.serviceUnavailable, "Authentication service temporarily unavailable")
        default:
            log.error("\(request.method) \(request.uri.path): \(error)")
            return ServiceError(.internalServerError, "Internal server error")
        }
    }
}

extension HTTPField.Name {
    fileprivate static let serviceName = HTTPField.Name("x-service-name")!
    fileprivate static let serviceVersion = HTTPField.Name("x-service-version")!
}

extension Response {
    /// A response with a JSON body.
    static func answer(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: [.contentType: "application/json"], body: .init(byteBuffer: value.buffer))
    }
}
