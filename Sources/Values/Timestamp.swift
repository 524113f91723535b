/// A moment in UTC with a resolution of one millisecond.
package struct Timestamp: Sendable, Hashable, Comparable {
    /// Milliseconds since 1970-01-01T00:00:00Z, negative before.
    package var milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    private static let day: Int64 = 86_400_000

    /// The wire form, always 29 characters: `2026-11-22T08:15:00.000+00:00`.
    package var text: String {
        var days = milliseconds / Self.day
        var rest = milliseconds % Self.day
        if rest < 0 {
            rest += Self.day
            days -= 1
        }
        let (year, month, dayOfMonth) = Self.civil(fromDays: days)
        return String(unsafeUninitializedCapacity: 29) { buffer in
            var index = 0
            func put(_ value: Int64, _ width: Int) {
                var value = value
                for position in stride(from: index + width - 1, through: index, by: -1) {
                    buffer[position] = 0x30 + UInt8(truncatingIfNeeded: value % 10)
                    value /= 10
                }
                index += width
            }
            func put(_ character: Unicode.Scalar) {
                buffer[index] = UInt8(ascii: character)
                index += 1
            }
            put(year, 4)
            put("-")
            put(month, 2)
            put("-")
            put(dayOfMonth, 2)
            put("T")
            put(rest / 3_600_000, 2)
            put(":")
            put(rest / 60_000 % 60, 2)
            put(":")
            put(rest / 1000 % 60, 2)
            put(".")
            put(rest % 1000, 3)
            put("+")
            put(0, 2)
            put(":")
            put(0, 2)
            return index
        }
    }

    /// Days since the epoch of a date in the proleptic Gregorian calendar (Hinnant, "chrono-compatible date algorithms").
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}

extension Timestamp {
    /// Reads an ISO 8601 date-time of the years 0000 to 9999: `2026-11-22T08:15:00Z`, with an optional fraction
    /// (cut after milliseconds) and `Z`, an offset such as `+02:00`, or nothing for UTC. A date alone is its midnight.
    package init?(parsing text: String) {
        var scanner = Scanner(bytes: Array(text.utf8))
        guard let year = scanner.digits(4), scanner.take("-"), let month = scanner.digits(2), scanner.take("-"),
            let day = scanner.digits(2), (1...12).contains(month),
            (1...Self.daysIn(month: month, year: year)).contains(day)
        else { return nil }
        var result = Self.days(year: year, month: month, day: day) * Self.day
        if !scanner.isAtEnd {
            guard scanner.take("T") || scanner.take("t") || scanner.take(" "), let time = scanner.time(),
                let offset = scanner.offset(), scanner.isAtEnd
            else { return nil }
            result += time - offset
        }
        guard (Self.earliest...Self.latest).contains(result) else { return nil }
        milliseconds = result
    }

    /// A moment that has a wire form; nil for one outside of the years 0000 to 9999.
    package init?(checking milliseconds: Int64) {
        guard (Self.earliest...Self.latest).contains(milliseconds) else { return nil }
        self.milliseconds = milliseconds
    }

    /// The first and the last moment that have a wire form, in milliseconds.
    package static let earliest = days(year: 0, month: 1, day: 1) * day
    package static let latest = days(year: 10_000, month: 1, day: 1) * day - 1

    private static func daysIn(month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private struct Scanner {
        let bytes: [UInt8]
        var index = 0

        var isAtEnd: Bool { index == bytes.count }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
            index += 1
            return true
        }

        mutating func digits(_ count: Int) -> Int64? {
            guard index + count <= bytes.count else { return nil }
            var value: Int64 = 0
            for position in index..<(index + count) {
                guard case 0x30...0x39 = bytes[position] else { return nil }
                value = value * 10 + Int64(bytes[position] - 0x30)
            }
            index += count
            return value
        }

        mutating func time() -> Int64? {
            guard let hour = digits(2), hour < 24, take(":"), let minute = digits(2), minute < 60 else { return nil }
            var result = (hour * 60 + minute) * 60_000
            guard take(":") else { return result }
            guard let second = digits(2), second < 60 else { return nil }
            result += second * 1000
            guard take(".") || take(",") else { return result }
            var scale: Int64 = 100
            let start = index
            while let digit = digits(1) {
                result += digit * scale
                scale /= 10
            }
            return index > start ? result : nil
        }

        mutating func offset() -> Int64? {
            if isAtEnd || take("Z") || take("z") { return 0 }
            let sign: Int64
            if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
            guard let hour = digits(2), hour < 24 else { return nil }
            _ = take(":")
            guard let minute = digits(2), minute < 60 else { return nil }
            return sign * (hour * 60 + minute) * 60_000
        }
    }
}

extension Timestamp {
    package func adding(seconds: Int64) -> Timestamp { adding(milliseconds: seconds * 1000) }

    package func adding(milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: self.milliseconds + milliseconds) }
}
