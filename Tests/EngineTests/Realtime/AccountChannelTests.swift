import Testing

@testable import Engine

@Suite("The channel of one's own account")
struct AccountChannelTests {
    private static let ann = Listener.user("ann.x", roles: [])

    @Test(arguments: [
        ("account", ["account", "account.ann.x"]), ("account.update", ["account.ann.x.update"]),
        ("account.ann.x", ["account.ann.x"]), ("account.ann.x.delete", ["account.ann.x.delete"]), ("account.ben", []),
        ("account.ann", []), ("account.ann.xy", []), ("account.ann.x.prefs", []), ("account.ben.update", []),
        ("account.", []), ("accounts", ["accounts"]), ("rows", ["rows"]),
    ])
    func ofAUser(channel: String, heard: [String]) {
        #expect(AccountChannels.names(channel, for: Self.ann) == heard)
    }

    @Test(arguments: [
        ("account", ["account"]), ("account.update", ["account.update"]), ("account.ben", []),
        ("account.ben.update", []), ("rows", ["rows"]),
    ])
    func ofAGuest(channel: String, heard: [String]) {
        #expect(AccountChannels.names(channel, for: .guest) == heard)
    }

    @Test func ofTheOwnerEveryName() {
        for channel in ["account", "account.update", "account.ben", "account.ben.update"] {
            #expect(AccountChannels.names(channel, for: .key) == [channel])
        }
    }

    @Test(arguments: [
        ("account.ann.x", "account.ben"), ("account.ann.x.update", "account.ben.update"), ("account", "account"),
        ("account.update", "account.update"), ("account.ann.xy", "account.ann.xy"), ("rows", "rows"),
    ])
    func whatASuccessorMeans(channel: String, rebound: String) {
        let ben = Listener.user("ben", roles: [])
        #expect(AccountChannels.rebound(channel, from: Self.ann, to: ben) == rebound)
        #expect(AccountChannels.rebound(channel, from: Self.ann, to: .guest) == channel)
    }
}
