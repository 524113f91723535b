import Values

/// Which groups of channels hear an event, by channel, role and, where their queries ask for it, the value of one
/// field.
///
/// Finding them looks at what the event says and at what is registered for exactly that, so it costs the same however
/// much else is registered.
struct HubIndex: Sendable {
    private struct Place: Hashable, Sendable {
        var channel: Int32
        var role: Int32
    }

    private struct Entry: Sendable {
        var plain = Members()
        var gated: [Int32: Members] = [:]

        var isEmpty: Bool { plain.isEmpty && gated.isEmpty }
    }

    private var channels = Interner<String>()
    private var roles = Interner<String>()
    private var gates = Interner<QueryGate>()
    private var entries: [Place: Entry] = [:]

    /// Whether nothing is registered.
    var isEmpty: Bool { entries.isEmpty && channels.isEmpty && roles.isEmpty && gates.isEmpty }

    /// - Parameter gates: the group is found only for events that hold one of these values; empty for every event.
    mutating func insert(_ group: Int32, channels: [String], roles: [String], gates: [QueryGate]) {
        let doors = gates.map { self.gates.use($0) }
        let keys = roles.map { self.roles.use($0) }
        for channel in channels {
            let number = self.channels.use(channel)
            for role in keys {
                let place = Place(channel: number, role: role)
                if doors.isEmpty { entries[place, default: Entry()].plain.insert(group) }
                for door in doors { entries[place, default: Entry()].gated[door, default: Members()].insert(group) }
            }
        }
    }

    /// Takes back what ``insert(_:channels:roles:gates:)`` did with the same arguments.
    mutating func remove(_ group: Int32, channels: [String], roles: [String], gates: [QueryGate]) {
        let doors = gates.compactMap { self.gates.number(of: $0) }
        let keys = roles.compactMap { self.roles.number(of: $0) }
        for channel in channels {
            guard let number = self.channels.number(of: channel) else { continue }
            for role in keys { remove(group, doors, Place(channel: number, role: role)) }
            self.channels.release(channel)
        }
        for role in roles { self.roles.release(role) }
        for gate in gates { self.gates.release(gate) }
    }

    private mutating func remove(_ group: Int32, _ doors: [Int32], _ place: Place) {
        guard entries[place] != nil else { return }
        if doors.isEmpty { entries[place]?.plain.remove(group) }
        for door in doors {
            entries[place]?.gated[door]?.remove(group)
            if entries[place]?.gated[door]?.isEmpty == true { entries[place]?.gated[door] = nil }
        }
        if entries[place]?.isEmpty == true { entries[place] = nil }
    }

    /// Whether anything is registered for one of these channels.
    func knows(anyOf channels: [String]) -> Bool { channels.contains { self.channels.number(of: $0) != nil } }

    /// The groups that may hear an event, some of them several times. Their queries are still to be asked.
    func groups(hearing event: RealtimeEvent) -> [Int32] {
        let channels = event.channels.compactMap { self.channels.number(of: $0) }
        guard !channels.isEmpty else { return [] }
        let roles = Listener.roles(hearing: event.roles).compactMap { self.roles.number(of: $0) }
        var doors: [Int32]?
        var result: [Int32] = []
        for channel in channels {
            for role in roles {
                guard let entry = entries[Place(channel: channel, role: role)] else { continue }
                entry.plain.append(to: &result)
                guard !entry.gated.isEmpty else { continue }
                let open = doors ?? self.doors(event.payload)
                doors = open
                for door in open { entry.gated[door]?.append(to: &result) }
            }
        }
        return result
    }

    /// The values in a payload by which groups are registered.
    private func doors(_ payload: JSON) -> [Int32] {
        payload.object?.members.compactMap { key, value in
            QueryGate(key, value).flatMap { gates.number(of: $0) }
        } ?? []
    }
}

/// A few groups, or many.
private enum Members: Sendable {
    case none
    case one(Int32)
    case many(Set<Int32>)

    init() { self = .none }

    var isEmpty: Bool { if case .none = self { true } else { false } }

    mutating func insert(_ group: Int32) {
        switch self {
        case .none: self = .one(group)
        case .one(let other): self = group == other ? self : .many([other, group])
        case .many(var set):
            // The set must not be shared while it changes, or it would be copied.
            self = .none
            set.insert(group)
            self = .many(set)
        }
    }

    mutating func remove(_ group: Int32) {
        switch self {
        case .none: break
        case .one(let other): if group == other { self = .none }
        case .many(var set):
            self = .none
            set.remove(group)
            self = set.isEmpty ? .none : .many(set)
        }
    }

    func append(to list: inout [Int32]) {
        switch self {
        case .none: break
        case .one(let group): list.append(group)
        case .many(let set): list.append(contentsOf: set)
        }
    }
}
