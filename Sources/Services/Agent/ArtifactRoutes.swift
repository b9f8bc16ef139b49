// /api/artifacts: the files that a user's runs have written. Nobody reaches another user's folder.

import HTTPTypes
import Hummingbird
import NIOCore
import ServiceKit
import Wire

extension FakeAgent {
    static func addArtifactRoutes(to routes: RouteBuilder<FakeAgent>) {
        routes.get("/api/artifacts") { agent, request, _ in
            try await agent.answer(request) { user in
                let artifacts = try agent.context.artifacts.list(for: agent.context.artifactOwner(user.userID))
                let list = artifacts.map { artifact -> JSONValue in
                    [
                        "run_id": .string(artifact.run), "name": .string(artifact.name), "size": JSONValue(artifact.size),
                        "url": .string("/api/artifacts/\(artifact.run)/\(artifact.name)"),
                    ]
                }
                return .json(value: ["artifacts": .array(list), "total": JSONValue(list.count)])
            }
        }
        routes.get("/api/artifacts/{run_id}/{name}") { agent, request, context in
            try await agent.answer(request) { user in
                let (run, name) = (try context.parameters.require("run_id"), try context.parameters.require("name"))
                do {
                    let owner = agent.context.artifactOwner(user.userID)
                    let content = try agent.context.artifacts.read(name, of: run, for: owner)
                    return Response(
                        status: .ok,
                        headers: [
                            .contentType: "application/octet-stream",
                            .contentDisposition: "attachment; filename=\"\(name)\"",
                        ], body: .init(byteBuffer: content))
                } catch ArtifactError.invalidName(let name) {
                    throw ServiceError(.unprocessableContent, "'\(name)' is no name of an artifact")
                } catch ArtifactError.notFound {
                    throw ServiceError(.notFound, "Artifact not found")
                }
            }
        }
    }
}
