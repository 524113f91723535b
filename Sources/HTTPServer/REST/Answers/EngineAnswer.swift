import Engine

/// The answer of an operation; hummingbird calls that to a request by the same name.
typealias EngineAnswer = Response
