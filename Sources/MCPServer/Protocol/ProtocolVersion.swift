/// A published version of the Model Context Protocol that this server speaks.
///
/// Versions up to 2025-11-25 open with `initialize` and keep state; 2026-07-28 keeps none and names itself in the
/// `_meta` of every request.
package enum ProtocolVersion: String, Sendable, CaseIterable, Comparable {
    case v2024_11_05 = "2024-11-05"
    case v2025_03_26 = "2025-03-26"
    case v2025_06_18 = "2025-06-18"
    case v2025_11_25 = "2025-11-25"
    case v2026_07_28 = "2026-07-28"

    /// What `initialize` is answered with when it asks for a version that it can't select.
    package static let newestLegacy = ProtocolVersion.v2025_11_25
    /// The version without a handshake.
    package static let modern = ProtocolVersion.v2026_07_28
    /// Those that `initialize` selects, oldest first.
    package static let legacy: [ProtocolVersion] = [.v2024_11_05, .v2025_03_26, .v2025_06_18, .v2025_11_25]
    /// Every version, newest first, as `supportedVersions` and version errors list them.
    package static let newestFirst = Array(allCases.reversed())

    package static func < (left: ProtocolVersion, right: ProtocolVersion) -> Bool { left.rawValue < right.rawValue }

    /// The version that answers an `initialize` for `requested`: the same when it is a legacy one that is known.
    static func negotiate(_ requested: String) -> ProtocolVersion {
        guard let version = ProtocolVersion(rawValue: requested), version != .modern else { return newestLegacy }
        return version
    }

    /// Only 2025-03-26 has JSON-RPC batches.
    var hasBatches: Bool { self == .v2025_03_26 }
}
