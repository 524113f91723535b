import Values

/// Moments as HTTP writes them (RFC 9110, section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
    static func text(_ moment: Timestamp) -> String {
        // 1970-01-01 was a Thursday. The wire form has year, month, day and time at fixed places.
        let days = Int(moment.milliseconds.flooredDivision(by: 86_400_000))
        let text = Array(moment.text)
        func part(_ range: Range<Int>) -> String { String(text[range]) }
        let weekday = weekdays[((days % 7) + 7) % 7]
        let month = months[Int(part(5..<7))! - 1]
        return "\(weekday), \(part(8..<10)) \(month) \(part(0..<4)) \(part(11..<19)) GMT"
    }

    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}

extension Int64 {
    fileprivate func flooredDivision(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
