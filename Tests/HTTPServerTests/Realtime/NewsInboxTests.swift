import Engine
import Storage
import Synchronization
import Testing

@testable import HTTPServer

@Suite("News that wait")
struct NewsInboxTests {
    private static func record(_ number: Int) -> LoggedEvent {
        LoggedEvent(cursor: EventCursor("\(number)"), record: [UInt8](repeating: 0x20, count: 10))
    }

    /// What comes out of an inbox into which this was put: the numbers of records, -1 for a beginning.
    private static func batches(_ settings: RealtimeSettings, _ news: [EventFeed.News]) async -> [[Int]] {
        let inbox = NewsInbox(settings)
        for item in news { inbox.put(item) }
        inbox.close()
        let found = Mutex<[[Int]]>([])
        await inbox.each { batch in
            switch batch {
            case .begins: found.withLock { $0.append([-1]) }
            case .records(let records): found.withLock { $0.append(records.compactMap { Int($0.cursor.text) }) }
            }
        }
        return found.withLock { $0 }
    }

    @Test func comeInTheirOrderAfterTheBeginning() async {
        let news: [EventFeed.News] = [.begins, .records([Self.record(1), Self.record(2)]), .records([Self.record(3)])]
        #expect(await Self.batches(RealtimeSettings(), news) == [[-1], [1, 2, 3]])
    }

    @Test func comeInSeveralBatchesWhenThereAreMany() async {
        let batches = await Self.batches(RealtimeSettings(), [.records((0..<250).map { Self.record($0) })])
        #expect(batches.map(\.count) == [100, 100, 50])
        #expect(batches.flatMap { $0 } == Array(0..<250))
    }

    @Test func areAGapWhenTooManyWait() async {
        var settings = RealtimeSettings()
        settings.waitingRecords = 3
        #expect(await Self.batches(settings, [.records((0..<4).map { Self.record($0) })]) == [[-1]])
        settings = RealtimeSettings()
        settings.waitingBytes = 39
        #expect(await Self.batches(settings, [.records((0..<4).map { Self.record($0) })]) == [[-1]])
    }
}
