import Engine
import Synchronization
import Values

extension EventWatcher {
    /// The subscriptions that can be read, as `realtime.list` tells them.
    func subscriptions() async throws(AppError) -> [JSON] { try await source.subscriptions() }

    /// What has come since a resource was last read, as JSON text.
    func read(_ uri: EventURI) async throws(AppError) -> [UInt8] {
        let answer = try await source.wait(uri.question(from: state.withLock { $0.places[uri] }))
        wasRead(uri, upTo: (try? JSON(parsing: answer))?["cursor"]?.string)
        return answer
    }

    /// Begins to send notifications about a resource.
    /// - Returns: false when there are too many.
    func subscribe(_ uri: EventURI) async throws(AppError) -> Bool {
        let cursor = try await position(of: uri)
        return change { $0.book.watch(uri, for: .client, from: cursor) }
    }

    func unsubscribe(_ uri: EventURI) {
        change { $0.book.unwatch(uri, for: .client) }
    }

    /// From where on a resource is watched, and whether it can be.
    private func position(of uri: EventURI) async throws(AppError) -> String? {
        let place = state.withLock { $0.places[uri] }
        let peek = try await source.peek(Invocation("realtime.wait", uri.question(from: place)))
        if place == nil, let cursor = peek.cursor {
            state.withLock { $0.places.set(uri, to: cursor, keeping: $0.book.uris) }
        }
        return peek.cursor ?? place
    }

    private func wasRead(_ uri: EventURI, upTo cursor: String?) {
        change { state in
            state.book.read(uri, upTo: cursor)
            if let cursor { state.places.set(uri, to: cursor, keeping: state.book.uris) }
        }
        lookAround()
    }

    // MARK: Streams

    /// Whether a request is a stream that has not ended.
    func isStreaming(_ id: RequestID) -> Bool { state.withLock { $0.streams.contains(id) } }

    /// Prepares a stream, on which nothing is sent before ``acknowledge(_:_:)``.
    /// - Returns: its number, and the resources that it can tell of; nil when there are too many.
    func open(_ id: RequestID, _ uris: [EventURI]) async -> (number: UInt64, uris: [EventURI])? {
        guard let number = state.withLock({ $0.streams.add(id) }) else { return nil }
        var watched: [EventURI] = []
        for uri in uris {
            do throws(AppError) {
                let cursor = try await position(of: uri)
                if change({ $0.book.watch(uri, for: .stream(number), from: cursor) }) { watched.append(uri) }
            } catch {
                continue
            }
        }
        return (number, watched)
    }

    /// Tells the client that a stream is open, unless it was cancelled meanwhile.
    /// - Parameter uris: nil for one that was not asked for resources.
    func acknowledge(_ number: UInt64, _ uris: [EventURI]?) {
        change { state in
            guard state.streams.open(number), let stream = state.streams[number] else {
                return state.book.unwatch(for: .stream(number))
            }
            sink.append(Notifications.acknowledged(stream.id, uris))
        }
        sink.flush()
        lookAround()
    }

    /// Ends a stream that was not acknowledged.
    func abandon(_ number: UInt64) {
        change { state in
            state.streams.remove(number)
            state.book.unwatch(for: .stream(number))
        }
    }

    /// Ends the stream with this id, if there is one, without a word.
    func cancel(_ id: RequestID) {
        change { state in
            for number in state.streams.remove(id) { state.book.unwatch(for: .stream(number)) }
        }
    }

    // MARK: Notes

    /// Begins to mention a subscription that the model has made.
    func mention(_ uri: EventURI, as credential: Credential?) {
        change { _ = $0.book.watch(uri, for: .model, as: credential, from: nil) }
        lookAround()
    }

    /// Takes notice that the model has waited for a subscription.
    func waited(for uri: EventURI, as credential: Credential?, upTo cursor: String?) {
        change { _ = $0.book.watch(uri, for: .model, as: credential, from: nil) }
        wasRead(uri, upTo: cursor)
    }

    func forget(_ uri: EventURI) {
        change { $0.book.forget(uri) }
    }

    /// What is to be mentioned in the next result; it is mentioned once.
    func takeNote() -> String? {
        state.withLock { $0.book.isEmpty ? nil : $0.book.takeNote() }
    }
}
