import Testing
import Values

@testable import Engine

@Suite("The user's own devices and identities")
struct OwnTargetTests {
    @Test(arguments: Backend.available)
    func aDeviceIsRegisteredChangedAndForgotten(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.signUp("ann")
            let ann = try await engine.signIn("ann")
            let device = try await engine.call(
                "account.createPushTarget",
                ["targetId": "phone", "identifier": "token-1"],
                as: ann
            )
            #expect(device["$id"] == "phone")
            #expect(device["userId"] == "ann")
            #expect(device["providerType"] == "push")
            #expect(device["identifier"] == "token-1")
            let again = try await engine.refusal(
                "account.createPushTarget",
                ["targetId": "other", "identifier": "token-1"],
                as: ann
            )
            #expect(again == Refusal("user_target_already_exists", 409, "identifier"))
            let change: JSONObject = ["targetId": "phone", "identifier": "token-2"]
            #expect(try await engine.call("account.updatePushTarget", change, as: ann)["identifier"] == "token-2")
            try await engine.call("account.deletePushTarget", ["targetId": "phone"], as: ann)
            #expect(try await engine.call("account.get", as: ann)["targets"]?.each("providerType") == ["email"])
            let names = Array(try await engine.eventNames().suffix(3))
            #expect(
                names == [
                    "users.ann.targets.phone.create", "users.ann.targets.phone.update",
                    "users.ann.targets.phone.delete",
                ]
            )
        }
    }

    @Test(arguments: Backend.available)
    func aDeviceIsForgottenWithItsSession(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.signUp("ann")
            let ann = try await engine.signIn("ann")
            try await engine.call(
                "account.createPushTarget",
                ["targetId": "phone", "identifier": "token-1"],
                as: ann
            )
            try await engine.call("account.deleteSession", ["sessionId": "current"], as: ann)
            let left = try await engine.call("account.get", as: .user("ann"))["targets"]
            #expect(left?.each("providerType") == ["email"])
        }
    }

    @Test(arguments: Backend.available)
    func onlyOwnDevicesCanBeChanged(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.signUp("ann")
            try await engine.signUp("bob")
            let (ann, bob) = (try await engine.signIn("ann"), try await engine.signIn("bob"))
            try await engine.call(
                "account.createPushTarget",
                ["targetId": "phone", "identifier": "token-1"],
                as: ann
            )
            let mail = try await engine.call("account.get", as: bob)["targets"]?.each("$id")[0].string ?? ""
            let unknown = Refusal("user_target_not_found", 404, "targetId")
            for target in ["phone", "none", mail] {
                let change: JSONObject = ["targetId": .string(target), "identifier": "token-2"]
                #expect(try await engine.refusal("account.updatePushTarget", change, as: bob) == unknown)
                let named: JSONObject = ["targetId": .string(target)]
                #expect(try await engine.refusal("account.deletePushTarget", named, as: bob) == unknown)
            }
        }
    }

    @Test(arguments: Backend.available)
    func identitiesAreListedAndRemovedByTheirUser(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.signUp("ann")
            try await engine.signUp("bob")
            let (ann, bob) = (try await engine.signIn("ann"), try await engine.signIn("bob"))
            try await engine.add(
                "i1",
                ["user": "ann", "provider": "github", "providerUid": "7", "providerEmail": "ann@example.org"],
                to: IdentityTables.identities
            )
            let list = try await engine.call("account.listIdentities", as: ann)
            #expect(list["total"] == 1)
            #expect(list["identities"]?.each("provider") == ["github"])
            #expect(try await engine.call("account.listIdentities", as: bob)["total"] == 0)
            #expect(
                try await engine.refusal("account.deleteIdentity", ["identityId": "i1"], as: bob)
                    == Refusal("user_identity_not_found", 404, "identityId")
            )
            try await engine.call("account.deleteIdentity", ["identityId": "i1"], as: ann)
            #expect(try await engine.eventNames().last == "users.ann.identities.i1.delete")
            #expect(try await engine.call("account.listIdentities", as: ann)["total"] == 0)
        }
    }
}
