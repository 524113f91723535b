import Storage
import Testing
import Values

@testable import Engine

@Suite("What is held of deliveries")
struct DeliveryBoardTests {
    private func item(_ id: String, of webhook: String = "w", bytes: Int = 0) -> DeliveryBoard.Item {
        let delivery = row(
            id,
            WebhookTables.deliveries,
            ["webhook": .string(webhook), "payload": .string(String(repeating: "x", count: bytes))]
        )
        let target = row(webhook, WebhookTables.webhooks, ["url": .string("https://\(webhook).example.com/in")])
        return DeliveryBoard.Item(Delivery(delivery), Webhook(target))
    }

    private func row(_ id: String, _ table: TableLayout, _ fields: JSONObject) -> StoredRow {
        let moment = Timestamp(milliseconds: 0)
        return StoredRow(
            id: id,
            sequence: "",
            createdAt: moment,
            updatedAt: moment,
            permissions: [],
            values: Record.values(table, fields)
        )
    }

    private func result(_ id: String, _ status: Int) -> DeliveryResult {
        DeliveryResult(id: id, at: Timestamp(milliseconds: 0), milliseconds: 1, status: status)
    }

    @Test func isBoundedInNumber() {
        var board = DeliveryBoard()
        #expect(board.room(for: "w") == 200)
        board.add((0..<200).map { item("w\($0)") })
        #expect(board.room(for: "w") == 0)
        #expect(board.room(for: "v") == 200)
        board.add((0..<200).map { item("v\($0)", of: "v") })
        #expect(board.room(for: "u") == 112)
        var flying = 0
        while board.next() != nil { flying += 1 }
        #expect(flying == 16)
    }

    @Test func isBoundedInBytes() throws {
        var board = DeliveryBoard()
        board.add([item("a", bytes: 20 << 20)])
        #expect(board.room(for: "w") == 199)
        board.add([item("b", bytes: 20 << 20)])
        #expect(board.room(for: "w") == 0)
        #expect(board.room(for: "v") == 0)
        _ = board.next()
        #expect(board.room(for: "w") == 0)
        board.landed("a", result("a", 200))
        #expect(board.room(for: "w") == 198)
        board.keep([])
        #expect(board.bytes == 0)
    }

    @Test func leavesOthersRoomWhereAWebhookFails() {
        var board = DeliveryBoard()
        board.add([item("a")])
        _ = board.next()
        board.landed("a", result("a", 500))
        #expect(board.room(for: "w") == 7)
        #expect(board.settle().names["a"]?.isEmpty == false)
        #expect(board.room(for: "w") == 8)
        board.add([item("b")])
        _ = board.next()
        board.landed("b", result("b", 204))
        #expect(board.settle().names == ["b": []])
        #expect(board.room(for: "w") == 200)
    }
}
