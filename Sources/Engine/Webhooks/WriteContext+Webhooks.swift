import Storage
import Values

extension WriteContext {
    /// Appends a record to the event log, and queues it for the webhooks that are to hear of it.
    func record(_ event: EventRecord) throws {
        try writer.append(event: event.encoded)
        let path = EventPath(event)
        guard let kind = path.resources.first?.kind else { return }
        let listeners = try pipeline.webhooks.listeners(self).filter { $0.kinds.contains(kind) }
        if listeners.isEmpty { return }
        for single in event.single {
            let path = EventPath(single)
            let names = EventNames(path, for: .webhooks)
            for listener in listeners where names.meet(listener.patterns) {
                try DeliveryQueue.add(single, path, for: listener, id: call.clock.makeID(), to: writer)
            }
        }
    }
}
