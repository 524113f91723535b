import Synchronization

/// How many calls are being carried out.
final class CallCount: Sendable {
    private let count = Atomic(0)

    var isZero: Bool { count.load(ordering: .acquiring) == 0 }

    func begin() { count.add(1, ordering: .acquiringAndReleasing) }

    func end() { count.subtract(1, ordering: .acquiringAndReleasing) }
}
