import TestSupport

extension AccessOracle {
    private static let roles = [
        "any", "guests", "users", "user:a", "user:b", "users/verified", "users/unverified", "user:a/verified",
        "user:b/unverified", "label:vip", "team:t", "team:t/dev", "team:s/owner", "member:ma", "member:mb",
    ]

    /// Up to six permissions for some of the actions.
    static func permissions(_ actions: [String], _ random: inout SplitMix64) -> Set<String> {
        Set((0..<random.below(7)).map { _ in "\(random.pick(actions))(\"\(random.pick(roles))\")" })
    }
}

extension AccessOracle.Person {
    /// Somebody with or without labels, verification and a membership in the team `t` or `s`, which may be confirmed.
    static func random(_ id: String, _ random: inout SplitMix64) -> Self {
        var person = Self(id: id)
        person.isVerified = random.below(2) == 0
        if random.below(3) == 0 { person.labels = ["vip", "beta"] }
        if random.below(3) > 0 {
            let team = random.pick(["t", "s"])
            person.memberships = [
                Membership(
                    id: "m\(id)",
                    team: team,
                    roles: random.below(2) == 0 ? ["dev", "owner"] : [],
                    isConfirmed: random.below(3) > 0
                )
            ]
        }
        return person
    }
}
