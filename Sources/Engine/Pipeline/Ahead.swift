import Synchronization

/// A value that takes long to compute. It is computed once: before a session is open where that is possible, so that no
/// store waits for it, and in place otherwise.
final class Ahead<Value: Sendable>: Sendable {
    private let make: @Sendable () throws -> Value
    private let known = Mutex<Value?>(nil)

    init(_ make: @escaping @Sendable () throws -> Value) {
        self.make = make
    }

    func value() throws -> Value {
        if let value = known.withLock({ $0 }) { return value }
        let value = try make()
        known.withLock { $0 = value }
        return value
    }
}
