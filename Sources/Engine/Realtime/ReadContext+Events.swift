import Storage
import Values

extension ReadContext {
    /// What decides who hears of an event, and what of it the caller hears, as of the state that the session sees.
    var eventFacts: RealtimeEvent.Facts {
        RealtimeEvent.Facts(project: pipeline.project) { [self] container in
            guard case .table(let database, let id) = container, let (database, table) = try table(id, in: database),
                database.enabled, table.enabled
            else { return nil }
            return ContainerRights(table)
        } isLegacy: { [self] database in
            try cached(database)?.type == "legacy"
        } openPart: { [self] membership in
            caller.isPrivileged ? membership : try settings.policies.membershipPrivacy.openPart(of: membership)
        }
    }
}
