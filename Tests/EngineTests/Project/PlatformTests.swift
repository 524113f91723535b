import Storage
import Testing
import Values

@testable import Engine

@Suite("Platforms")
struct PlatformTests {
    @Test(arguments: Backend.available, PlatformKind.all.map(\.type))
    func eachTypeIsKnownByAFieldOfItsOwn(_ backend: Backend, _ type: String) async throws {
        let kind = try #require(PlatformKind.all.first { $0.type == type })
        try await withEngine(backend) { engine in
            let made = try await engine.call(
                "project.create\(kind.name)Platform",
                ["platformId": "p", "name": "Shop", kind.field: "Shop.example.com"]
            )
            let identifier: JSON = type == "web" ? "shop.example.com" : "Shop.example.com"
            let expected: JSON = [
                "$id": "p", "$createdAt": "2026-11-22T08:00:00.000+00:00",
                "$updatedAt": "2026-11-22T08:00:00.000+00:00", "name": "Shop", "type": .string(type),
                kind.field: identifier,
            ]
            #expect(made == expected)
            #expect(try await engine.call("project.getPlatform", ["platformId": "p"]) == expected)
            let list = try await engine.call(
                "project.listPlatforms",
                ["queries": [query("equal", kind.field, identifier), query("equal", "type", .string(type))]]
            )
            #expect(list == ["total": 1, "platforms": [expected]])
            engine.clock.advance(milliseconds: 1000)
            let updated = try await engine.call(
                "project.update\(kind.name)Platform",
                ["platformId": "p", "name": "New", kind.field: "other"]
            )
            #expect(updated["name"] == "New")
            #expect(updated[kind.field] == "other")
            #expect(updated["$updatedAt"] == "2026-11-22T08:00:01.000+00:00")
            #expect(try await engine.call("project.deletePlatform", ["platformId": "p"]) == [:])
            #expect(try await engine.call("project.listPlatforms")["total"] == 0)
            #expect(
                try await engine.events().map(\.name) == ["create", "update", "delete"].map { "platforms.p.\($0)" }
            )
        }
    }

    @Test(arguments: Backend.available)
    func refusals(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let web: JSONObject = ["platformId": "p", "name": "Shop", "hostname": "shop.example.com"]
            try await engine.call("project.createWebPlatform", web)
            let taken = Refusal("platform_already_exists", 409, "platformId")
            #expect(try await engine.refusal("project.createWebPlatform", web) == taken)
            let linux: JSONObject = ["platformId": "p", "name": "Shop", "packageName": "shop"]
            #expect(try await engine.refusal("project.createLinuxPlatform", linux) == taken)
            let error = try await engine.error("project.updateLinuxPlatform", linux)
            #expect(Refusal(error) == Refusal("platform_method_unsupported", 400, "platformId"))
            #expect(error.hint?.contains("project.updateWebPlatform") == true)
            let unknown = Refusal("platform_not_found", 404, "platformId")
            #expect(try await engine.refusal("project.getPlatform", ["platformId": "x"]) == unknown)
            #expect(try await engine.refusal("project.deletePlatform", ["platformId": "x"]) == unknown)
            #expect(try await engine.refusal("project.updateWebPlatform", ["platformId": "x", "name": "X"]) == unknown)
        }
    }

    @Test(arguments: Backend.available)
    func aWebPlatformKeepsItsHostWhenOnlyTheNameIsGiven(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.call(
                "project.createWebPlatform",
                ["platformId": "p", "name": "Shop", "hostname": "shop.example.com"]
            )
            let updated = try await engine.call("project.updateWebPlatform", ["platformId": "p", "name": "New"])
            #expect(updated["hostname"] == "shop.example.com")
        }
    }

    @Test(
        arguments: [
            ("https://shop.example.com/a", "shop.example.com"), ("shop.example.com:80", ""), ("a b", ""),
            ("*.*.example.com", ""), ("shop.*", ""), ("", ""),
        ]
    )
    func aHostIsANameWithoutMore(_ text: String, _ suggestion: String) async throws {
        try await withEngine(.sqlite) { engine in
            let error = try await engine.error(
                "project.createWebPlatform",
                ["platformId": "p", "name": "Shop", "hostname": .string(text)]
            )
            #expect(Refusal(error) == Refusal("general_argument_invalid", 400, "hostname"))
            if !suggestion.isEmpty { #expect(error.hint?.contains("'\(suggestion)'") == true) }
        }
    }

    @Test(arguments: Backend.available)
    func onlyHostsOfWebPlatformsAreRegistered(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            func isRegistered(_ host: String) async throws -> Bool {
                try await engine.store.read { try ProjectSettings($0).isRegistered(host: host) }
            }
            #expect(try await !isRegistered("shop.example.com"))
            for (id, host) in [("a", "shop.example.com"), ("b", "*.example.org"), ("c", "localhost")] {
                try await engine.call(
                    "project.createWebPlatform",
                    ["platformId": .string(id), "name": "Shop", "hostname": .string(host)]
                )
            }
            try await engine.call(
                "project.createLinuxPlatform",
                ["platformId": "d", "name": "Shop", "packageName": "shop.example.net"]
            )
            for host in ["shop.example.com", "SHOP.example.com", "a.example.org", "a.b.example.org", "localhost"] {
                #expect(try await isRegistered(host), "\(host)")
            }
            for host in ["example.com", "a.shop.example.com", "example.org", "shop.example.net", "", "*"] {
                #expect(try await !isRegistered(host), "\(host)")
            }
            try await engine.call("project.createWebPlatform", ["platformId": "e", "name": "All", "hostname": "*"])
            #expect(try await isRegistered("anything.example.net"))
        }
    }

    @Test(arguments: Backend.available)
    func pagesAndAppsThatAreRegisteredMayCall(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let platforms: [(String, String, String)] = [
                ("Web", "hostname", "*.example.org"), ("Android", "applicationId", "com.example.App"),
                ("Apple", "bundleIdentifier", "com.example.ios"), ("Windows", "packageIdentifierName", "Example"),
                ("Linux", "packageName", "example-app"),
            ]
            for (name, field, value) in platforms {
                try await engine.call(
                    "project.create\(name)Platform",
                    ["platformId": .string(name), "name": "App", field: .string(value)]
                )
            }
            let allowed = [
                "https://app.example.org", "http://App.Example.org:3000", "http://localhost:5173",
                "capacitor://localhost", "chrome-extension://a.example.org", "appwrite-android://com.example.App",
                "appwrite-ios://com.example.ios", "appwrite-macos://com.example.ios", "appwrite-windows://Example",
                "appwrite-linux://example-app",
            ]
            for origin in allowed {
                let isAllowed = try await engine.engine.allowsOrigin(origin)
                #expect(isAllowed, "\(origin)")
            }
            let refused = [
                "null", "", "example.org", "https://example.com", "https://", "https://com.example.App",
                "https:///localhost", "appwrite-android://", "appwrite-android://com.example.app",
                "appwrite-android://com.example.ios", "appwrite-ios://app.example.org", "appwrite-windows://localhost",
                "capacitor://app.example.com", "appwrite-android:com.example.App",
            ]
            for origin in refused {
                let isAllowed = try await engine.engine.allowsOrigin(origin)
                #expect(!isAllowed, "\(origin)")
            }
        }
    }
}
