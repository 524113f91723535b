import Values

/// A BSON document in memory that somebody else owns (bsonspec.org, version 1.1).
///
/// Nothing is copied before it is asked for. The memory must stay valid as long as the view and its elements do.
struct BSONView {
    let bytes: UnsafeRawBufferPointer

    /// - Throws: ``StoreError`` `damaged` when the frame of the document is broken.
    init(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        guard bytes.count >= 5, Int(bytes.loadUnaligned(as: Int32.self).littleEndian) == bytes.count,
            bytes[bytes.count - 1] == 0
        else { throw Self.broken }
        self.bytes = bytes
    }

    static let broken = StoreError(.damaged, "the store answered with a malformed BSON document")

    /// One element: its key and where its value is.
    struct Element {
        let type: UInt8
        let key: UnsafeRawBufferPointer
        let value: UnsafeRawBufferPointer
    }

    /// Calls `body` for each element until it answers false.
    func forEach(_ body: (Element) throws -> Bool) throws {
        var offset = 4
        let end = bytes.count - 1
        while offset < end {
            let type = bytes[offset]
            let keyStart = offset + 1
            var keyEnd = keyStart
            while keyEnd < end, bytes[keyEnd] != 0 { keyEnd += 1 }
            let start = keyEnd + 1
            guard start <= end else { throw Self.broken }
            let length = try length(type, at: start, end)
            guard length >= 0, start + length <= end else { throw Self.broken }
            let element = Element(
                type: type,
                key: UnsafeRawBufferPointer(rebasing: bytes[keyStart..<keyEnd]),
                value: UnsafeRawBufferPointer(rebasing: bytes[start..<(start + length)])
            )
            guard try body(element) else { return }
            offset = start + length
        }
    }

    /// The first element with this key.
    subscript(key: StaticString) -> Element? {
        get throws {
            var found: Element?
            try forEach { element in
                guard element.isNamed(key) else { return true }
                found = element
                return false
            }
            return found
        }
    }

    private func length(_ type: UInt8, at offset: Int, _ end: Int) throws(StoreError) -> Int {
        switch type {
        case 0x01, 0x09, 0x11, 0x12: return 8
        case 0x02, 0x0D, 0x0E: return 4 + (try prefix(offset, end))
        case 0x03, 0x04, 0x0F: return try prefix(offset, end)
        case 0x05: return 5 + (try prefix(offset, end))
        case 0x06, 0x0A, 0x7F, 0xFF: return 0
        case 0x07: return 12
        case 0x08: return 1
        case 0x0B:
            var zeros = 0
            var index = offset
            while zeros < 2 {
                guard index < end else { throw Self.broken }
                if bytes[index] == 0 { zeros += 1 }
                index += 1
            }
            return index - offset
        case 0x0C: return 16 + (try prefix(offset, end))
        case 0x10: return 4
        case 0x13: return 16
        default: throw Self.broken
        }
    }

    private func prefix(_ offset: Int, _ end: Int) throws(StoreError) -> Int {
        guard offset + 4 <= end else { throw Self.broken }
        let length = Int(bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self).littleEndian)
        guard length >= 0 else { throw Self.broken }
        return length
    }
}

extension BSONView.Element {
    func isNamed(_ name: StaticString) -> Bool {
        name.withUTF8Buffer { expected in
            expected.count == key.count && expected.elementsEqual(key)
        }
    }

    var keyText: String { String(decoding: key, as: UTF8.self) }

    var isNull: Bool { type == 0x0A }

    var string: String? {
        guard type == 0x02, value.count >= 5 else { return nil }
        return String(decoding: UnsafeRawBufferPointer(rebasing: value[4..<(value.count - 1)]), as: UTF8.self)
    }

    /// An integer of either width.
    var integer: Int64? {
        switch type {
        case 0x12: value.loadUnaligned(as: Int64.self).littleEndian
        case 0x10: Int64(value.loadUnaligned(as: Int32.self).littleEndian)
        default: nil
        }
    }

    /// A number of any width; commands answer `ok` and counts as any of them.
    var number: Double? {
        if type == 0x01 { return Double(bitPattern: value.loadUnaligned(as: UInt64.self).littleEndian) }
        return integer.map(Double.init)
    }

    var bool: Bool? { type == 0x08 ? value[0] != 0 : nil }

    /// nil also for a date beyond the years that have a wire form.
    var date: Timestamp? {
        type == 0x09 ? Timestamp(checking: value.loadUnaligned(as: Int64.self).littleEndian) : nil
    }

    var timestamp: UInt64? { type == 0x11 ? value.loadUnaligned(as: UInt64.self).littleEndian : nil }

    var binary: UnsafeRawBufferPointer? {
        type == 0x05 && value.count >= 5 ? UnsafeRawBufferPointer(rebasing: value[5...]) : nil
    }

    /// A nested document or array.
    var document: BSONView? {
        get throws { type == 0x03 || type == 0x04 ? try BSONView(value) : nil }
    }

    /// The strings of an array; other items are left out.
    var strings: [String] {
        get throws {
            var result: [String] = []
            guard type == 0x04 else { return result }
            try BSONView(value).forEach { item in
                if let text = item.string { result.append(text) }
                return true
            }
            return result
        }
    }

    /// The value as JSON: dates in the form of ``Timestamp/text``; null for what JSON has no twin of.
    var json: JSON {
        get throws { try json(depth: 0) }
    }

    private func json(depth: Int) throws -> JSON {
        guard depth < 200 else { throw BSONView.broken }
        switch type {
        case 0x01:
            let number = Double(bitPattern: value.loadUnaligned(as: UInt64.self).littleEndian)
            return number.isFinite ? .double(number) : .null
        case 0x02:
            guard let string else { throw BSONView.broken }
            return .string(string)
        case 0x03:
            var object = JSONObject()
            try BSONView(value).forEach { element in
                object.members.append((element.keyText, try element.json(depth: depth + 1)))
                return true
            }
            return .object(object)
        case 0x04:
            var items: [JSON] = []
            try BSONView(value).forEach { element in
                items.append(try element.json(depth: depth + 1))
                return true
            }
            return .array(items)
        case 0x08: return .bool(value[0] != 0)
        case 0x09: return date.map { .string($0.text) } ?? .null
        case 0x10, 0x12: return .int(integer!)
        default: return .null
        }
    }
}
