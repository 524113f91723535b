import Testing
import Values

@testable import Engine

@Suite("Subscriptions in the address of a connection")
struct AddressSubscriptionTests {
    private static let open = #"{"method":"equal","attribute":"status","values":["open"]}"#
    private static let mine = #"{"method":"equal","attribute":"by","values":["me"]}"#

    private func slots(_ parameters: (String, String)...) throws -> [String] {
        try AddressSubscriptions(parameters.map { (name: $0, value: $1) }).slots.map { slot, request in
            "\(slot) \(request.channels.joined(separator: ",")) \(request.queries.texts.joined(separator: ";"))"
        }
    }

    @Test func channelsAlone() throws {
        #expect(try slots(("project", "shop"), ("channels[]", "rows"), ("channels[1]", "files")) == ["0 rows,files "])
        #expect(try slots(("project", "shop")) == [])
        #expect(try slots(("channels[]", "rows"), ("channels[]", "rows")) == ["0 rows "])
    }

    @Test func queriesMakeSlots() throws {
        let slots = try slots(
            ("channels[]", "tablesdb.d.tables.t.rows"),
            ("channels[]", "files"),
            ("channels[]", "teams"),
            ("tablesdb_d_tables_t_rows[0][]", Self.open),
            ("tablesdb_d_tables_t_rows[1][0]", Self.mine),
            ("files[1][]", Self.open),
            ("files[1][]", Self.mine)
        )
        #expect(slots.count == 2)
        #expect(slots.first == "0 tablesdb.d.tables.t.rows,teams \(Self.open)")
        #expect(slots.last?.hasPrefix("1 tablesdb.d.tables.t.rows,files") == true)
        #expect(slots.last?.contains(Self.open) == true && slots.last?.contains(Self.mine) == true)
    }

    @Test func otherParametersAreNoneOfItsBusiness() throws {
        #expect(try slots(("channels[]", "rows"), ("files[x]", "y"), ("a[", "b"), ("[]", "c")) == ["0 rows "])
    }

    @Test func aChannelMayBeCalledProject() throws {
        #expect(
            try slots(("project", "shop"), ("channels[]", "project"), ("project[0][]", Self.open))
                == ["0 project \(Self.open)"]
        )
    }

    @Test(arguments: [
        [("channels[]", "rows"), ("rows[0][]", "x")], [("channels[]", "rows"), ("rows[x][]", "{}")],
        [("channels[]", "rows"), ("rows[100][]", "{}")], [("channels[]", "rows"), ("rows[-1][]", "{}")],
        [("channels[]", "rows"), ("rows[0][]", #"{"method":"limit","values":[1]}"#)],
    ])
    func whatIsWrongIsAgainstTheRules(parameters: [(String, String)]) {
        #expect {
            try AddressSubscriptions(parameters.map { (name: $0, value: $1) })
        } throws: {
            ($0 as? AppError)?.code == .realtimePolicyViolation
        }
    }
}
