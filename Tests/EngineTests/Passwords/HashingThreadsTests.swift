import Synchronization
import Testing

@testable import Engine

@Suite("Threads that hash")
struct HashingThreadsTests {
    private final class Count: Sendable {
        let running = Atomic(0)
        let most = Atomic(0)

        func hash() throws {
            most.max(running.add(1, ordering: .relaxed).newValue, ordering: .relaxed)
            _ = try Passwords.hash("correct horse")
            running.subtract(1, ordering: .relaxed)
        }
    }

    @Test func theyAreFewHoweverMuchThereIsToHash() async throws {
        let count = Count()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<16 { group.addTask { try await HashingThreads.run { try count.hash() } } }
            try await group.waitForAll()
        }
        #expect((1...8).contains(count.most.load(ordering: .relaxed)))
    }

    @Test func whatNobodyWaitsForIsNotHashed() async throws {
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await HashingThreads.run { true }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
