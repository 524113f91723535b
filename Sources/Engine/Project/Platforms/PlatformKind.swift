/// A type of app, and by what an app of that type is known.
struct PlatformKind: Sendable {
    /// As it is answered.
    let type: String
    /// As it stands in the names of operations.
    let name: String
    /// The argument, the member of the answer and the column for what it is known by.
    let field: String

    static let all = [
        PlatformKind(type: "web", name: "Web", field: "hostname"),
        PlatformKind(type: "apple", name: "Apple", field: "bundleIdentifier"),
        PlatformKind(type: "android", name: "Android", field: "applicationId"),
        PlatformKind(type: "windows", name: "Windows", field: "packageIdentifierName"),
        PlatformKind(type: "linux", name: "Linux", field: "packageName"),
    ]
}
