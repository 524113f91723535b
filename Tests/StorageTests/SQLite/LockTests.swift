import Glibc
import Storage
import Testing

@Suite("Locks on a database that a process has open more than once")
struct LockTests {
    /// Whether anybody holds a lock on an open file.
    private func isLocked(_ file: Int32) throws -> Bool {
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        // `F_OFD_GETLK` asks for a file, so that this process's own locks count as those of somebody else.
        try #require(fcntl(file, 36, &lock) == 0)
        return lock.l_type != Int16(F_UNLCK)
    }

    @Test func outliveTheOpeningOfAnotherStore() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try await folder.withStore { first async throws in
            _ = try await first.read { try $0.schemaVersion() }
        }
        // Closed after the stores: what this test is about is that closing drops locks.
        let file = open(folder.database, O_RDWR | O_CLOEXEC)
        defer { close(file) }
        #expect(try !isLocked(file))
        try await folder.withStore { first async throws in
            _ = try await first.read { try $0.schemaVersion() }
            #expect(try isLocked(file))
            try await folder.withStore { second async throws in
                _ = try await second.read { try $0.schemaVersion() }
                #expect(try isLocked(file))
            }
            #expect(try isLocked(file))
        }
        #expect(try !isLocked(file))
    }
}
