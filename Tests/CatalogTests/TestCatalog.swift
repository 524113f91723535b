import Catalog
import Testing
import Values

/// The operation of the embedded catalog, or a failed test.
func operation(_ id: String) throws -> Operation {
    try #require(Catalog.embedded.operation(id))
}

/// The error that arguments are refused with.
func refusal(_ id: String, _ arguments: JSONObject) throws -> AppError {
    let operation = try operation(id)
    return try #require(throws: AppError.self) { try operation.validate(arguments) }
}
