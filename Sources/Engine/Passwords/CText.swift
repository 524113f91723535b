import CPasswords
import Values

/// What the C libraries that hash passwords have in common.
enum CText {
    /// The text that `write` leaves in a buffer; nil when it fails.
    static func written(_ write: (UnsafeMutablePointer<CChar>) -> Bool) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(TANDEM_ENCODED_SIZE)) { room in
            write(room.baseAddress!) ? String(cString: room.baseAddress!) : nil
        }
    }

    /// Refuses to go on without a library.
    /// - Parameter reason: what opening it failed with; nil when it is open.
    static func check(_ reason: UnsafePointer<CChar>?, _ library: Prose, package: Prose) throws(AppError) {
        guard let reason else { return }
        throw AppError(
            .generalServerError,
            "This password takes \(library), which can't be used: \(String(cString: reason)).",
            hint: "Install it; on Debian it is the package \(package)."
        )
    }

    /// Whether two texts are equal, in a time that depends on their lengths only.
    static func equal(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
