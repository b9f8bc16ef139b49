// What is around every answer of the auth service: its name and version, and errors as `{"detail": ...}`.

import HTTPTypes
import Hummingbird
import Logging
import ServiceKit
import StoreKit
import Wire

/// Adds the service's fields to every response, and turns every error into one.
struct AuthFrame: RouterMiddleware {
    func handle(
        _ request: Request, context: ServiceRequestContext,
        next: (Request, ServiceRequestContext) async throws -> Response
    ) async throws -> Response {
        let fields = context.instance(of: FakeAuth.self).frameFields
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as CancellationError {
            throw error
        } catch var error as HTTPError where error.body == nil {
            // The service's host words it: it knows whether the path is wrong or the method.
            error.headers.append(contentsOf: fields)
            throw error
        } catch let error as OAuthError {
            response = error.response
        } catch {
            response = try self.error(error, request, context.logger).response()
        }
        response.headers.append(contentsOf: fields)
        return response
    }

    private func error(_ error: any Error, _ request: Request, _ log: Logger) -> ServiceError {
        switch error {
        case let error as ServiceError: return error
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

extension FakeAuth {
    /// The fields of every response.
    static func frameFields(_ configuration: AuthConfiguration) -> HTTPFields {
        [.serviceName: configuration.serviceName, .serviceVersion: configuration.version, .vary: "Origin"]
    }
}

extension HTTPField.Name {
    fileprivate static let serviceName = HTTPField.Name("x-service-name")!
    fileprivate static let serviceVersion = HTTPField.Name("x-service-version")!
}

extension Response {
    /// A response with a JSON body.
    static func answer(
        _ value: JSONValue, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(status: status, headers: headers, body: .init(byteBuffer: value.buffer))
    }

    /// A response that sends a browser elsewhere (302), and lets nobody keep it.
    static func found(_ url: String, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.location] = url
        headers[.cacheControl] = "no-store"
        return Response(status: .found, headers: headers)
    }
}
