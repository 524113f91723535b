import Storage
import Values

/// Where somebody who waits is in the event log: behind a record, and behind some of the rows of the next one.
///
/// As text it is the cursor of the record, with the number of rows after a `+`.
struct WaitPlace: Sendable, Equatable {
    /// nil for the beginning of the log.
    var record: EventCursor?
    /// How many events of the record after it were told: a bulk is one record and an event for each row.
    var rows = 0

    init(_ record: EventCursor?, rows: Int = 0) {
        self.record = record
        self.rows = rows
    }

    /// How the beginning of the log is written: a text, so that it can be passed on like every other place.
    private static let beginning = "-"
    /// The longest text of a place.
    static let maximumLength = 2048

    /// - Throws: 400 `general_cursor_not_found`.
    init(parsing text: String) throws(AppError) {
        let parts = text.split(separator: "+", omittingEmptySubsequences: false)
        let isCursor = parts.first.map { part in
            part.utf8.allSatisfy {
                ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x66) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D
            }
        }
        let rows = parts.count > 1 ? Int(parts[1]) ?? -1 : 0
        guard parts.count <= 2, isCursor == true, rows >= 0, text.utf8.count <= Self.maximumLength else {
            throw AppError(
                .generalCursorNotFound,
                "This is no cursor of realtime.wait.",
                argument: "cursor",
                hint: "Pass the cursor of the last answer as it is, or leave it out."
            )
        }
        self.init(parts[0].isEmpty || parts[0] == Self.beginning ? nil : EventCursor(String(parts[0])), rows: rows)
    }

    var text: String { (record?.text ?? Self.beginning) + (rows == 0 ? "" : "+\(rows)") }
}
