import Engine
import Testing
import Values

@testable import MCPServer

@Suite("Who wants to hear and was told")
struct WatchBookTests {
    private func uri(_ id: String) -> EventURI { EventURI(subscription: id) }

    /// A book in which there are news of some subscriptions that the model has made.
    private func book(_ ids: [String]) -> WatchBook {
        var book = WatchBook()
        for id in ids { book.watch(uri(id), for: .model, from: nil) }
        for look in book.looks { book.saw(EventPeek(hasNews: true), at: look) }
        return book
    }

    @Test("A note names five subscriptions, the next one the others")
    func namesFive() {
        var book = book(["a", "b", "c", "d", "e", "f", "g"])
        func calls(_ ids: String...) -> String {
            ids.map { #"{"subscriptionId":"\#($0)"}"# }.joined(separator: ", ")
        }
        #expect(book.takeNote() == "7 subscriptions have news: realtime.wait \(calls("a", "b", "c", "d", "e"))")
        #expect(book.takeNote() == "2 subscriptions have news: realtime.wait \(calls("f", "g"))")
        #expect(book.takeNote() == nil)
    }

    @Test("What was seen before a reading says nothing after it")
    func ignoresOldLooks() {
        var book = WatchBook()
        book.watch(uri("a"), for: .model, from: nil)
        let look = book.looks[0]
        book.read(uri("a"), upTo: "7")
        book.saw(EventPeek(hasNews: true), at: look)
        #expect(book.takeNote() == nil)
        #expect(book.looks.map(\.cursor) == ["7"])
    }

    @Test("Looking goes on where there was nothing, and rests once there is something")
    func looks() {
        var book = WatchBook()
        book.watch(uri("a"), for: .client, from: "1")
        book.saw(EventPeek(hasNews: false, cursor: "5"), at: book.looks[0])
        #expect(book.looks.map(\.cursor) == ["5"])
        book.saw(EventPeek(hasNews: true), at: book.looks[0])
        #expect(book.looks.isEmpty)
        book.read(uri("a"), upTo: "9")
        #expect(book.looks.map(\.cursor) == ["9"])
    }

    @Test("A listener that can't be told yet is told later, each of them once")
    func tellsEach() {
        var book = WatchBook()
        for listener in [WatchBook.Listener.client, .stream(1), .stream(2)] {
            book.watch(uri("a"), for: listener, from: nil)
        }
        book.saw(EventPeek(hasNews: true), at: book.looks[0])
        #expect(Set(book.takeAnnouncements { $0 != .stream(2) }.map(\.listener)) == [.client, .stream(1)])
        book.unwatch(for: .client)
        #expect(book.takeAnnouncements { _ in true }.map(\.listener) == [.stream(2)])
        #expect(book.takeAnnouncements { _ in true }.isEmpty)
        book.unwatch(for: .stream(1))
        book.unwatch(for: .stream(2))
        #expect(book.isEmpty)
    }

    @Test("A secret is not used where the process itself may ask")
    func dropsSecrets() {
        var book = WatchBook()
        book.watch(uri("a"), for: .model, as: .session("secret"), from: nil)
        #expect(book.looks.map(\.credential) == [.session("secret")])
        book.watch(uri("a"), for: .client, from: nil)
        book.watch(uri("a"), for: .model, as: .session("other"), from: nil)
        #expect(book.looks.map(\.credential) == [nil])
    }

    @Test("Reading places that nobody watches are forgotten, the oldest first")
    func forgetsPlaces() {
        var places = ReadingPlaces()
        func channel(_ number: Int) -> EventURI { EventURI("tandem://realtime/channels/c\(number)")! }
        for number in 0...150 { places.set(channel(number), to: "x", keeping: [channel(0)]) }
        #expect(places[channel(0)] == "x")
        #expect(places[channel(150)] == "x")
        #expect((0...150).count { places[channel($0)] != nil } == 101)
        // A subscription has its place in the store.
        places.set(uri("a"), to: "x", keeping: [])
        #expect(places[uri("a")] == nil)
    }
}
