import Engine
import HTTPTypes
import NIOHTTP1
import NIOHTTPTypesHTTP1
import Values

/// What a client says about itself when it opens a socket.
struct SocketRequest: Sendable {
    /// The id of the project; empty where none is named.
    let project: String
    /// Secrets of sessions that it may mean, the best one first.
    let sessions: [String]
    let jwt: String?
    /// The header `Origin`, which browsers send.
    let origin: String?
    let developer: DeveloperProof
    /// Its address.
    let ip: String
    /// The parameters of the address, decoded.
    let parameters: [(name: String, value: String)]

    /// The user as whom the client wants to listen.
    /// - Throws: 400 `general_argument_invalid` where it names several.
    var impersonated: UserReference? {
        get throws(AppError) {
            func given(_ name: String) -> String? {
                parameters.first { $0.name == name }.map(\.value).flatMap { $0.isEmpty ? nil : $0 }
            }
            return try UserReference(
                id: given("impersonateUserId"),
                email: given("impersonateEmail"),
                phone: given("impersonatePhone")
            )
        }
    }

    init(_ head: HTTPRequestHead, ip: String) {
        let headers = head.headers
        self.ip = ip
        parameters = QueryParameters.all(of: head.uri)
        // A parameter `project[]` is no name of a project but queries of a channel.
        let named = parameters.first { $0.name == "project" }?.value ?? ""
        let project = named.isEmpty ? headers.first(name: "X-Appwrite-Project") ?? "" : named
        self.project = project
        origin = headers.first(name: "Origin").flatMap { $0.isEmpty ? nil : $0 }
        jwt =
            headers.first(name: "X-Appwrite-JWT")
            ?? parameters.first { $0.name == "jwt" }.map(\.value)
            .flatMap { $0.isEmpty ? nil : $0 }
        let fields = HTTPFields(headers, splitCookie: false)
        developer = DeveloperProof(fields, parameter: parameters.first { $0.name == "devKey" }?.value)
        let given = [SessionCookie(project: project).secret(in: fields), fields[.appwriteSession]]
        sessions = given.compactMap { $0 }.filter { !$0.isEmpty }
    }
}
