import Storage
import Values

/// What the owner of the project has set, and the defaults where nothing was set, as a session sees it.
///
/// Each property reads one row of the store when it is asked for.
struct ProjectSettings {
    let session: any ReadSession

    init(_ session: any ReadSession) {
        self.session = session
    }

    /// The rules for passwords, sessions, users, memberships and factors.
    var policies: Policies {
        get throws { Policies(try session.settings(.policies).value) }
    }

    /// The ways to sign in.
    var authMethods: AuthMethods {
        get throws { AuthMethods(try session.settings(.authMethods).value) }
    }

    /// The phone numbers that sign in with a fixed code.
    var mockPhones: [MockPhone] {
        get throws { MockPhone.all(in: try session.settings(.mockPhones)) }
    }

    /// The labels of the project itself.
    var labels: [String] {
        get throws { try session.settings(.project).value["labels"]?.strings ?? [] }
    }

    /// What is switched off for guests and users: services in the spelling of ``ServiceSwitch``, and protocols.
    var disabled: (services: Set<String>, protocols: Set<String>) {
        get throws {
            let groups = try session.settings([.services, .protocols])
            func off(_ group: SettingsGroup) -> Set<String> {
                Set((groups[group.id]?.value.members ?? []).filter { $0.value == false }.map(\.key))
            }
            return (off(.services), off(.protocols))
        }
    }

    /// What was stored for a provider that users sign in with.
    func oauth2(_ provider: OAuth2Provider) throws -> OAuth2Settings {
        OAuth2Settings(provider, try session.settings(.oauth2(provider.id)))
    }
}

extension ReadContext {
    var settings: ProjectSettings { ProjectSettings(session) }
}
