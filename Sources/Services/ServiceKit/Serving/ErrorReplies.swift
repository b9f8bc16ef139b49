// The middleware that gives every error of a route its response, in FastAPI's shape.

import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Turns what routes throw into responses: `{"detail": ...}` for service errors, unknown paths, wrong methods and
/// unexpected errors, which are logged once. Hummingbird's errors with a message of their own pass as they are.
struct ErrorReplies: RouterMiddleware {
    typealias Context = ServiceRequestContext

    let table: RouteTable

    func handle(
        _ request: Request, context: ServiceRequestContext,
        next: (Request, ServiceRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.body == nil && error.status.code >= 400 {
            return try reply(to: error, request, context)
        } catch is NIOTooManyBytesError {
            return try ServiceError(.contentTooLarge, HTTPResponse.Status.contentTooLarge.reasonPhrase).response()
        } catch let error as any HTTPResponseError {
            return try error.response(from: request, context: context)
        } catch is CancellationError {
            // The service is shutting down, or the client is gone; the first should know that it may try again.
            return try ServiceError(.serviceUnavailable, HTTPResponse.Status.serviceUnavailable.reasonPhrase).response()
        } catch {
            return try Self.unexpected(error, request, context)
        }
    }

    private func reply(to error: HTTPError, _ request: Request, _ context: ServiceRequestContext) throws -> Response {
        // Hummingbird's router marks a request for which it found no route in this way.
        if error.status == .notFound, context.endpointPath == "NotFound" {
            let methods = table.methods(of: request.uri.path)
            if !methods.isEmpty {
                var headers = error.headers
                headers[.allow] = methods.joined(separator: ", ")
                return try ServiceError(.methodNotAllowed, "Method Not Allowed", headers: headers).response()
            }
        }
        return try ServiceError(error.status, error.status.reasonPhrase, headers: error.headers).response()
    }

    static func unexpected(_ error: any Error, _ request: Request, _ context: ServiceRequestContext) throws -> Response {
        context.logger.error(
            "a route failed unexpectedly",
            metadata: ["request": "\(request.method) \(request.uri.path)", "error": "\(error)"])
        return try ServiceError(.internalServerError, "Internal Server Error").response()
    }
}
