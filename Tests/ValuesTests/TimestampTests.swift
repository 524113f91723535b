import Foundation
import TestSupport
import Testing
import Values

@Suite("Timestamps")
struct TimestampTests {
    @Test(arguments: [
        ("2026-11-22T08:15:00Z", "2026-11-22T08:15:00.000+00:00"), ("2026-11-22", "2026-11-22T00:00:00.000+00:00"),
        ("2026-11-22T08:15", "2026-11-22T08:15:00.000+00:00"), ("2026-11-22T08:15Z", "2026-11-22T08:15:00.000+00:00"),
        ("2026-11-22 08:15:30.5", "2026-11-22T08:15:30.500+00:00"),
        ("2026-11-22t08:15:30,25z", "2026-11-22T08:15:30.250+00:00"),
        ("2026-11-22T08:15:30.123456789+02:00", "2026-11-22T06:15:30.123+00:00"),
        ("2026-11-22T08:15:30.9999Z", "2026-11-22T08:15:30.999+00:00"),
        ("2026-11-22T00:00:00+05:30", "2026-11-21T18:30:00.000+00:00"),
        ("2026-11-22T00:00:00-0530", "2026-11-22T05:30:00.000+00:00"),
        ("2024-02-29T23:59:59.999Z", "2024-02-29T23:59:59.999+00:00"), ("2000-02-29", "2000-02-29T00:00:00.000+00:00"),
        ("0000-01-01", "0000-01-01T00:00:00.000+00:00"), ("0000-02-29", "0000-02-29T00:00:00.000+00:00"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999+00:00"),
        ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999+00:00"),
        ("1600-12-31T12:00:00+23:59", "1600-12-30T12:01:00.000+00:00"),
    ])
    func parse(text: String, answer: String) throws {
        let moment = try #require(Timestamp(parsing: text))
        #expect(moment.text == answer)
        #expect(Timestamp(parsing: answer) == moment)
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.001Z", 1), ("1969-12-31T23:59:59.999Z", -1),
        ("2000-03-01", 951_868_800_000), ("2026-11-22T08:15:00Z", 1_795_335_300_000),
        ("0000-01-01", -62_167_219_200_000), ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ])
    func countFromTheEpoch(text: String, milliseconds: Int64) {
        #expect(Timestamp(parsing: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2026", "2026-11", "2026-13-01", "2026-00-01", "2026-11-00", "2026-11-31", "2025-02-29", "1900-02-29",
        "2026-1-2", "26-11-22", "2026/11/22", "20261122", "2026-11-22T", "2026-11-22T24:00:00Z", "2026-11-22T08",
        "2026-11-22T08:60:00Z", "2026-11-22T08:15:60Z", "2026-11-22T08:15:00.Z", "2026-11-22T08:15:00+2:00",
        "2026-11-22T08:15:00+24:00", "2026-11-22T08:15:00+02:60", "2026-11-22T08:15:00Zx", " 2026-11-22", "2026-11-22 ",
        "2026-11-22Z", "+2026-11-22", "-001-01-01", "10000-01-01", "0000-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01", "２026-11-22", "yesterday", "2026-11-22T08:15:00 UTC", "2026-W47-7",
    ])
    func refuse(text: String) {
        #expect(Timestamp(parsing: text) == nil)
    }

    @Test func agreeWithTheCalendarOfFoundation() throws {
        let seed: UInt64 = 11
        var random = SplitMix64(seed: seed)
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        let first = try #require(Timestamp(parsing: "1600-01-01")).milliseconds
        let last = try #require(Timestamp(parsing: "9999-12-31")).milliseconds
        for number in 0..<5000 {
            let moment = Timestamp(milliseconds: Int64.random(in: first...last, using: &random))
            let date = Date(timeIntervalSince1970: Double(moment.milliseconds / 1000))
            let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
            let fraction = moment.milliseconds % 1000
            guard fraction >= 0 else { continue }
            let expected = String(
                format: "%04d-%02d-%02dT%02d:%02d:%02d.%03d+00:00",
                parts.year!,
                parts.month!,
                parts.day!,
                parts.hour!,
                parts.minute!,
                parts.second!,
                Int(fraction)
            )
            guard moment.text == expected, Timestamp(parsing: expected) == moment else {
                Issue.record("seed \(seed), moment \(number): \(moment.text) for \(expected)")
                return
            }
        }
    }

    @Test func everyDayOfTenThousandYearsComesBack() throws {
        let first = try #require(Timestamp(parsing: "0000-01-01")).milliseconds
        var last = ""
        for day in 0..<3_652_425 where day % 37 == 0 || day % 365 < 2 {
            let moment = Timestamp(milliseconds: first + Int64(day) * 86_400_000)
            let text = moment.text
            guard Timestamp(parsing: text) == moment, text > last else {
                Issue.record("day \(day): \(text)")
                return
            }
            last = text
        }
    }
}
