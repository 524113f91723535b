import Catalog
import Crypto
import Synchronization
import Testing
import Values

@testable import Engine

@Suite("How providers are asked")
struct OAuth2FlowTests {
    private static let now = Timestamp(milliseconds: 1_795_334_400_000)

    /// Settings of a provider in which something stands everywhere.
    private static func settings(_ id: String, secret: String = "hush") throws -> OAuth2Settings {
        let provider = try #require(OAuth2Provider.named(id))
        var stored = StoredSettings(value: ["enabled": true, provider.clientID: "the app"])
        stored.secret = [provider.clientSecret: .string(secret)]
        for field in provider.fields where field.standard == "" {
            stored.value[field.name] =
                field.name.hasSuffix("URL")
                ? .string(field.name == "wellKnownURL" ? "" : "https://login.example.org/\(field.name)")
                : "x.example.org"
        }
        return OAuth2Settings(provider, stored)
    }

    /// A provider that answers what stands here, in this order.
    private final class Script: Outgoing {
        private let answers: Mutex<[(status: Int, text: String)]>
        private let asked = Mutex<[OutgoingRequest]>([])

        init(_ answers: [(Int, String)]) { self.answers = Mutex(answers.map { (status: $0.0, text: $0.1) }) }

        var requests: [OutgoingRequest] { asked.withLock { $0 } }

        func send(_ request: OutgoingRequest) async throws(OutgoingError) -> OutgoingAnswer {
            asked.withLock { $0.append(request) }
            let answer = answers.withLock { $0.removeFirst() }
            return OutgoingAnswer(status: answer.status, body: Array(answer.text.utf8))
        }
    }

    /// What a client finds out about a user.
    private func ask(
        _ id: String,
        secret: String = "hush",
        _ answers: [(Int, String)]
    ) async throws -> (OAuth2Profile, [OutgoingRequest]) {
        let script = Script(answers)
        let client = try await OAuth2Client.make(try Self.settings(id, secret: secret), script, at: Self.now)
        let proof = OAuth2Proof(verifier: "v")
        let tokens = try await client.tokens(code: "c", proof, callback: "https://app.example.org/back")
        return (try await client.profile(tokens, proof), script.requests)
    }

    private static let token = (200, #"{"access_token":"t","expires_in":"60"}"#)

    @Test func theCatalogOffersThoseThatCanBeAsked() throws {
        for id in ["account.createOAuth2Session", "account.createOAuth2Token", "account.getSessionsOAuth2Redirect"] {
            let parameter = try #require(Catalog.embedded.operation(id)?.parameters.first { $0.name == "provider" })
            guard case .enumeration(let words) = parameter.type else {
                Issue.record("provider is no choice")
                return
            }
            #expect(Set(words) == Set(OAuth2Flow.all.keys))
        }
        let missing = Set(OAuth2Provider.all.map(\.id)).subtracting(OAuth2Flow.all.keys)
        #expect(missing == ["appwrite", "etsy", "tradeshift", "tradeshiftBox"])
    }

    @Test(arguments: OAuth2Flow.all.keys.sorted())
    func everyAddressIsWhole(_ id: String) throws {
        let flow = try #require(OAuth2Flow.all[id]).filled(try Self.settings(id))
        for address in [flow.authorize, flow.token, flow.userInfo, flow.emails?.address ?? ""] where !address.isEmpty {
            #expect(Formats.isURL(address.replacing("{token}", with: "t")), "\(address)")
            #expect(address.hasPrefix("https://"))
            #expect(!address.replacing("{token}", with: "").contains("{"), "\(address)")
        }
        var places = flow.facts.id + flow.facts.email + flow.facts.name
        if let emails = flow.emails { places += [emails.list, emails.email, emails.isPrimary, emails.isVerified] }
        for place in places { #expect(throws: Never.self) { try JSONPointer(parsing: place) } }
    }

    @Test func settingsStandInAddresses() throws {
        func flow(_ id: String, _ value: JSONObject) -> OAuth2Flow {
            OAuth2Flow.all[id]!.filled(OAuth2Settings(OAuth2Provider.named(id)!, StoredSettings(value: value)))
        }
        #expect(flow("okta", ["domain": "a.okta.com"]).token == "https://a.okta.com/oauth2/v1/token")
        #expect(
            flow("okta", ["domain": "a.okta.com", "authorizationServerId": "default"]).token
                == "https://a.okta.com/oauth2/default/v1/token"
        )
        #expect(flow("gitlab", [:]).token == "https://gitlab.com/oauth/token")
        #expect(flow("gitlab", ["endpoint": "https://git.example.org/"]).token == "https://git.example.org/oauth/token")
        #expect(
            flow("microsoft", [:]).authorize == "https://login.microsoftonline.com/common/oauth2/v2.0/authorize"
        )
        #expect(flow("keycloak", ["endpoint": "a.b", "realmName": "r"]).openID == .issuer("https://a.b/realms/r"))
    }

    @Test func whatIsSetStandsInTheAddressOfTheBeginning() async throws {
        var settings = try Self.settings("google")
        try settings.change(["prompt": ["select_account"]])
        let client = try await OAuth2Client.make(settings, NoOutgoing(), at: Self.now)
        let attempt = NewOAuth2Attempt(
            outcome: .session,
            provider: "google",
            user: "",
            success: "",
            failure: "",
            callback: "https://app.example.org/back"
        )
        let query = OpenIDServer.form(
            String(client.address(of: attempt, scopes: ["email", "calendar"]).split(separator: "?")[1])
        )
        #expect(query["scope"] == "openid profile email calendar")
        #expect(query["prompt"] == "select_account")
        #expect(query["access_type"] == "offline")
        #expect(query["code_challenge"]?.string == attempt.proof.challenge)
        #expect(query["state"]?.string == attempt.state)
    }

    /// The example of RFC 7636, appendix B.
    @Test func theChallengeIsThatOfTheStandard() {
        let proof = OAuth2Proof(verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        #expect(proof.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
    }

    @Test func gitHubTellsAddressesInAList() async throws {
        let (profile, requests) = try await ask(
            "github",
            [
                Self.token, (200, #"{"id":583231,"login":"octo","name":null,"email":"public@example.org"}"#),
                (
                    200,
                    #"[{"email":"a@example.org","primary":true,"verified":false},"#
                        + #"{"email":"B@example.org","primary":false,"verified":true}]"#
                ),
            ]
        )
        #expect(profile.id == "583231")
        #expect(profile.name == "octo")
        #expect(profile.email == "b@example.org")
        #expect(profile.isVerified)
        #expect(requests.map(\.url).last == "https://api.github.com/user/emails")
        let form = OpenIDServer.form(String(decoding: requests[0].body ?? [], as: UTF8.self))
        #expect(form["client_secret"] == "hush")
        #expect(form["code_verifier"] == "v")
        #expect(requests[1].headers.contains { $0.name == "Authorization" && $0.value == "Bearer t" })
    }

    @Test func notionTakesJSONAndTheSecretInAHeader() async throws {
        let (profile, requests) = try await ask(
            "notion",
            [
                Self.token,
                (200, #"{"bot":{"owner":{"user":{"id":"n1","name":"N","person":{"email":"n@example.org"}}}}}"#),
            ]
        )
        #expect(profile.id == "n1")
        #expect(!profile.isVerified)
        #expect(
            String(decoding: requests[0].body ?? [], as: UTF8.self)
                == #"{"grant_type":"authorization_code","code":"c","redirect_uri":"https://app.example.org/back"}"#
        )
        #expect(requests[0].headers.contains { $0.name == "Authorization" && $0.value == "Basic dGhlJTIwYXBwOmh1c2g=" })
        #expect(requests[1].headers.contains { $0.name == "Notion-Version" })
    }

    @Test(
        arguments: [
            ("twitch", #"{"data":[{"id":"7","email":"a@b.cd","display_name":"T"}]}"#, "7", true),
            ("zoom", #"{"id":"z","email":"a@b.cd","verified":1}"#, "z", true),
            ("discord", #"{"id":"80","email":"a@b.cd","verified":false,"username":"d"}"#, "80", false),
            ("gitlab", #"{"id":5,"email":"a@b.cd","confirmed_at":null}"#, "5", false),
            ("gitlab", #"{"id":5,"email":"a@b.cd","confirmed_at":"2020-01-01T00:00:00Z"}"#, "5", true),
            ("microsoft", #"{"id":"m","mail":null,"userPrincipalName":"a@b.cd","email_verified":true}"#, "m", false),
            ("x", #"{"data":{"id":"9","name":"X","confirmed_email":"a@b.cd"}}"#, "9", true),
            ("disqus", #"{"response":{"id":"3","email":"a@b.cd"}}"#, "3", false),
            ("paypal", #"{"user_id":"p","emails":[{"value":"a@b.cd","primary":true,"confirmed":true}]}"#, "p", true),
        ]
    )
    func factsAreFoundWhereTheyStand(_ id: String, _ answer: String, _ user: String, _ isVerified: Bool) async throws {
        let (profile, requests) = try await ask(id, [Self.token, (200, answer)])
        #expect(profile.id == user)
        #expect(profile.email == "a@b.cd")
        #expect(profile.isVerified == isVerified)
        #expect(requests.count == 2)
    }

    @Test func appleTakesATokenInsteadOfASecret() async throws {
        let key = P256.Signing.PrivateKey()
        let claims: JSON = [
            "iss": "https://appleid.apple.com", "aud": "the app", "sub": "001.a", "exp": 1_795_334_700,
            "nonce": .string(OAuth2Proof(verifier: "v").nonce), "email": "a@b.cd", "email_verified": "true",
        ]
        let answer: JSON = ["access_token": "t", "id_token": .string("e30.\(JWT.encode(claims.encoded)).c2ln")]
        let (profile, requests) = try await ask("apple", secret: key.pemRepresentation, [(200, answer.text)])
        #expect(profile.id == "001.a")
        #expect(profile.isVerified)
        let form = OpenIDServer.form(String(decoding: requests[0].body ?? [], as: UTF8.self))
        let parts = (form["client_secret"]?.string ?? "").split(separator: ".")
        #expect(parts.count == 3)
        let signed = try JSON(parsing: try #require(JWT.decode(parts[1])))
        #expect(signed["sub"] == "the app")
        #expect(signed["aud"] == "https://appleid.apple.com")
        #expect(signed["exp"] == 1_795_334_700)
        let signature = try P256.Signing.ECDSASignature(rawRepresentation: try #require(JWT.decode(parts[2])))
        #expect(key.publicKey.isValidSignature(signature, for: Array("\(parts[0]).\(parts[1])".utf8)))
    }

    @Test func appleNeedsAKeyThatCanBeRead() async throws {
        let error = await #expect(throws: AppError.self) { _ = try await ask("apple", []) }
        #expect(error?.code == .projectProviderDisabled)
    }
}
