import Storage
import Testing

/// Expects `body` to fail with an error of a store, and of this kind.
func expectFailure(
    _ kind: StoreError.Kind,
    at location: SourceLocation = #_sourceLocation,
    _ body: () async throws -> some Any
) async {
    do {
        _ = try await body()
        Issue.record("expected a failure of kind \(kind), and there was none", sourceLocation: location)
    } catch let error as StoreError {
        #expect(error.kind == kind, "\(error)", sourceLocation: location)
        #expect(!error.message.isEmpty, sourceLocation: location)
    } catch {
        Issue.record("expected a failure of kind \(kind), and it was \(error)", sourceLocation: location)
    }
}

/// An error that no store knows.
struct Refusal: Error, Equatable {}
