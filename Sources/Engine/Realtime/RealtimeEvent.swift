package import Values

/// An event of one resource as it is told to those who listen; of memberships it has what members may know.
package struct RealtimeEvent: Sendable {
    package let names: EventNames
    package let channels: [String]
    /// The roles that may hear of it.
    package let roles: [String]
    package let at: Timestamp
    /// What the queries of subscriptions are asked about.
    package let payload: JSON
    /// The same as JSON text.
    package let payloadText: [UInt8]

    /// What the record of an event leaves out and the schema knows.
    package struct Facts {
        /// The id of the project.
        package var project: String
        /// The rights of a container; nil where it is gone or disabled.
        package var rights: (EventPath.Container) throws -> ContainerRights?
        /// Whether a database was made with the older API.
        package var isLegacy: (_ database: String) throws -> Bool
        /// What members may know of each other, of a membership as the key sees it.
        package var openPart: (_ membership: JSON) throws -> JSON

        package init(
            project: String,
            rights: @escaping (EventPath.Container) throws -> ContainerRights?,
            isLegacy: @escaping (_ database: String) throws -> Bool,
            openPart: @escaping (_ membership: JSON) throws -> JSON = { $0 }
        ) {
            self.project = project
            self.rights = rights
            self.isLegacy = isLegacy
            self.openPart = openPart
        }
    }

    /// - Parameter record: that of a single operation, see ``EventRecord/single``.
    package init(_ record: EventRecord, _ facts: Facts) throws {
        let path = EventPath(record)
        let whole = (try? JSON(parsing: record.payload)) ?? .null
        let payload = path.kinds == "teams/memberships" ? try facts.openPart(whole) : whole
        let database = path.isInDatabase ? path.resources.first?.id : nil
        self.init(
            names: EventNames(path, for: .realtime(isLegacy: try database.map(facts.isLegacy) ?? false)),
            channels: path.channels(project: facts.project),
            roles: path.audience(payload, try path.container.flatMap(facts.rights)),
            at: record.at,
            payload: payload,
            payloadText: payload == whole ? record.payload : nil
        )
    }

    init(
        names: EventNames,
        channels: [String],
        roles: [String],
        at: Timestamp,
        payload: JSON,
        payloadText: [UInt8]? = nil
    ) {
        self.names = names
        self.channels = channels
        self.roles = roles
        self.at = at
        self.payload = payload
        self.payloadText = payloadText ?? payload.encoded
    }
}
