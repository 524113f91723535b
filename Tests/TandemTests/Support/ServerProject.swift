import Storage
import TestSupport

/// Runs a test that may keep a project on the MongoDB server, and removes it there in the end.
func removingFromServer(_ project: String, _ body: () async throws -> Void) async throws {
    let result: Result<Void, any Error>
    do { result = .success(try await body()) } catch { result = .failure(error) }
    if let uri = MongoServer.uri { await onThread { try? MongoProjects.remove(project, uri: uri) } }
    try result.get()
}
