import Testing
import Values

@Suite("The error codes of the contract")
struct ErrorCodeTests {
    private static let ours: Set<String> = [
        "confirmation_stale", "reference_invalid", "read_only", "index_required", "batch_not_atomic",
        "operation_unknown", "store_unavailable", "realtime_subscription_not_found", "delivery_not_found",
    ]

    @Test func holdEveryOneOfTheReferenceOnce() {
        let types = ErrorCode.all.map(\.type)
        #expect(types.count { !Self.ours.contains($0) } == 291)
        #expect(types.count == 300)
        #expect(Set(types).count == types.count)
    }

    @Test(arguments: [
        ("row_not_found", 404), ("row_already_exists", 409), ("general_argument_invalid", 400),
        ("general_query_invalid", 400), ("user_unauthorized", 401), ("user_count_exceeded", 400),
        ("transaction_expired", 410), ("database_timeout", 408), ("general_region_access_denied", 451),
        ("ATTRIBUTE_TYPE_NOT_SUPPORTED", 400), ("realtime_policy_violation", 1008), ("mock_number_not_found", 404),
        ("report_already_exists", 409), ("confirmation_stale", 409), ("store_unavailable", 503),
        ("health_queue_size_exceeded", 503), ("storage_invalid_range", 416), ("general_unauthorized_scope", 401),
    ])
    func haveTheirStatus(type: String, status: Int) {
        #expect(ErrorCode.all.first { $0.type == type }?.status == status)
    }

    @Test func haveAStatusThatCanBeSent() {
        for code in ErrorCode.all {
            #expect((400...599).contains(code.status) || (1000...4999).contains(code.status), "\(code.type)")
        }
    }

    @Test func anErrorSaysItAsJSON() {
        let plain = AppError(.rowNotFound, "No row 'x'.")
        #expect(plain.json.text == #"{"code":404,"type":"row_not_found","message":"No row 'x'."}"#)
        #expect(plain.description == "row_not_found (404): No row 'x'.")
        let full = AppError(.generalArgumentInvalid, "Wrong.", argument: "data.title", hint: "Right.")
        #expect(
            full.json.text
                == #"{"code":400,"type":"general_argument_invalid","message":"Wrong.","argument":"data.title","hint":"Right."}"#
        )
    }
}
