import Testing
import Values

@Suite("The address under which clients reach a process")
struct PublicAddressTests {
    @Test("is where providers send users back to, and has to be known")
    func leadsBack() throws {
        let folder = try TestFolder()
        func run(_ words: [String], environment: [String: String] = [:]) throws -> CommandRun {
            try CommandRun(["run", "--data", folder.path] + words, environment: environment)
        }
        let settings = ["clientId=a", "clientSecret=b", "enabled=true"]
        #expect(try run(["project.updateOAuth2GitHub"] + settings).status == 0)
        func back(_ options: [String], environment: [String: String] = [:]) throws -> String? {
            let begin = ["account.createOAuth2Session", "provider=github", "--as", "guest"]
            let url = try run(begin + options, environment: environment).json?["url"]?.string ?? ""
            return url.split { "?&".contains($0) }.first { $0.hasPrefix("redirect_uri=") }.map { item in
                URLText.decoded(item.dropFirst("redirect_uri=".count)) ?? ""
            }
        }
        let path = "/v1/account/sessions/oauth2/callback/github/default"
        #expect(try back([]) == "http://127.0.0.1:8080" + path)
        #expect(try back(["--http", "api.example.com:81"]) == "http://api.example.com:81" + path)
        #expect(try back(["--public-url", "https://api.example.com/"]) == "https://api.example.com" + path)
        let environment = ["TANDEM_PUBLIC_URL": "https://[2001:db8::1]:8443"]
        #expect(try back(["--http", "0.0.0.0:80"], environment: environment) == "https://[2001:db8::1]:8443" + path)
        for address in ["0.0.0.0:8080", "[::]:8080", "127.0.0.1:0"] {
            let refused = try run(
                ["account.createOAuth2Session", "provider=github", "--as", "guest", "--http", address]
            )
            #expect(refused.status == 1, "\(address)")
            #expect(refused.errorType == "project_provider_disabled")
            #expect(refused.error.contains("--public-url"))
        }
    }
}
