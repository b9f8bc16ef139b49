// What is around every answer of the fake model: errors of any kind in OpenAI's shape.

import HTTPTypes
import Hummingbird
import Logging
import ServiceKit

/// Turns every error into an answer that OpenAI's clients can read.
struct LLMFrame: RouterMiddleware {
    func handle(
        _ request: Request, context: ServiceRequestContext,
        next: (Request, ServiceRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as CancellationError {
            throw error
        } catch let error as LLMError {
            return error.response
        } catch let error as HTTPError where error.status == .notFound {
            return LLMError(
                status: .notFound, message: "Invalid URL (\(request.method.rawValue) \(request.uri.path))"
            ).response
        } catch {
            context.logger.error("\(request.method.rawValue) \(request.uri.path): \(error)")
            return LLMError(
                status: .internalServerError, message: "The server had an error while processing your request.",
                type: "server_error"
            ).response
        }
    }
}
