import Values

extension EventWatcher {
    /// Looks into a request about resources.
    /// - Parameter send: sends the reply to it.
    func answer(
        _ request: ResourceRequest,
        _ answers: ResourceAnswers,
        _ send: @escaping @Sendable (Reply) -> Void
    ) async -> CallRunner.Ending {
        let (id, isModern) = (request.id, request.isModern)
        var uri: EventURI?
        do throws(AppError) {
            switch request.question {
            case .list:
                let list = answers.list(try await subscriptions(), isModern: isModern)
                return CallRunner.Ending(answer: { send(.result(id, list)) })
            case .read(let read):
                uri = read
                let text = answers.read(read, try await self.read(read), isModern: isModern)
                return CallRunner.Ending(answer: { send(.result(id, text)) })
            case .subscribe(let wanted):
                uri = wanted
                guard try await subscribe(wanted) else { break }
                return CallRunner.Ending(
                    answer: { [self] in
                        send(.result(id, PreparedAnswers.empty))
                        lookAround()
                    },
                    takeBack: { [self] in unsubscribe(wanted) }
                )
            case .unsubscribe(let unwanted):
                unsubscribe(unwanted)
                return CallRunner.Ending(answer: { send(.result(id, PreparedAnswers.empty)) })
            case .listen(let uris):
                guard let stream = await open(id, uris ?? []) else { break }
                return CallRunner.Ending(
                    answer: { [self] in acknowledge(stream.number, uris == nil ? nil : stream.uris) },
                    takeBack: { [self] in abandon(stream.number) }
                )
            }
            return CallRunner.Ending(answer: { send(.error(id, .tooManyListeners)) })
        } catch {
            let refusal = RPCError(error, about: uri, isModern: isModern)
            return CallRunner.Ending(answer: { send(.error(id, refusal)) })
        }
    }
}
