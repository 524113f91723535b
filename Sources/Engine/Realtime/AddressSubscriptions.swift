package import Values

/// Subscriptions that a client asks for with the address that it connects to, as older clients do:
/// `?channels[]=rows&channels[]=files&rows[0][]=QUERY&rows[1][]=QUERY`.
///
/// The parameter of a channel has its name, with `_` for each dot, and then the number of a slot. All channels of a
/// slot make one subscription, with the queries of all of them; a channel without a parameter is in slot 0.
package struct AddressSubscriptions: Sendable {
    package let slots: [(slot: Int, request: SubscriptionRequest)]

    /// The highest number of a slot.
    static let lastSlot = 99

    /// - Parameter parameters: names and values, decoded, in their order.
    /// - Throws: 1008 `realtime_policy_violation`.
    package init(_ parameters: [(name: String, value: String)]) throws(AppError) {
        var channels: [String] = []
        var given: [String: [(slot: Int?, query: JSON)]] = [:]
        for (name, value) in parameters {
            guard let parameter = Parameter(name) else { continue }
            if parameter.base != "channels" {
                given[parameter.base, default: []].append((parameter.slot, .string(value)))
            } else if !channels.contains(value) {
                channels.append(value)
            }
        }
        var slots: [Int: (channels: [String], queries: [JSON])] = [:]
        for channel in channels {
            let queries = given[String(channel.map { $0 == "." ? "_" : $0 })]
            if queries == nil { slots[0, default: ([], [])].channels.append(channel) }
            for (slot, query) in queries ?? [] {
                guard let slot, (0...Self.lastSlot).contains(slot) else {
                    throw Self.refusal(
                        "The queries of '\(channel)' must name a slot from 0 to \(Self.lastSlot), as in rows[0][]."
                    )
                }
                var wish = slots[slot] ?? ([], [])
                if !wish.channels.contains(channel) { wish.channels.append(channel) }
                if !wish.queries.contains(query) { wish.queries.append(query) }
                slots[slot] = wish
            }
        }
        var result: [(slot: Int, request: SubscriptionRequest)] = []
        for (slot, wish) in slots.sorted(by: { $0.key < $1.key }) {
            do throws(AppError) {
                let queries = try EventQueries(parsing: wish.queries)
                result.append((slot, SubscriptionRequest(channels: wish.channels, queries: queries)))
            } catch {
                throw Self.refusal("\(error.message)")
            }
        }
        self.slots = result
    }

    private static func refusal(_ text: Prose) -> AppError { AppError(.realtimePolicyViolation, text) }

    /// A name such as `rows[1][]`.
    private struct Parameter {
        let base: String
        /// nil where there is none, or it is no number.
        let slot: Int?

        /// nil for a name without brackets.
        init?(_ name: String) {
            guard let open = name.firstIndex(of: "["), let close = name[open...].firstIndex(of: "]") else { return nil }
            base = String(name[..<open])
            let number = name[name.index(after: open)..<close]
            slot = number.isEmpty ? 0 : Int(number)
        }
    }
}
