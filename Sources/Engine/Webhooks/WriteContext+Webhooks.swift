import Storage
import Values

extension WriteContext {
    /// Appends a record to the event log, and queues it for the webhooks that are to hear of it.
    func record(_ event: EventRecord) throws {
        try writer.append(event: event.encoded)
        let all = try pipeline.webhooks.listeners(self)
        // Most projects have none, and should not pay for it.
        guard !all.isEmpty, let kind = EventPath(event).resources.first?.kind else { return }
        let listeners = all.filter { $0.kinds.contains(kind) }
        guard !listeners.isEmpty else { return }
        for single in event.single {
            let path = EventPath(single)
            let names = EventNames(path, for: .webhooks)
            for listener in listeners where names.meet(listener.patterns) {
                let id = call.clock.makeID()
                try DeliveryQueue.add(single, path, for: listener, id: id, trace: call.trace, to: writer)
            }
        }
    }
}
