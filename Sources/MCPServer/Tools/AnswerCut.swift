import Values

/// An answer whose longest lists are cut between two items, so that it is short enough and still valid.
///
/// All lists that are cut end up about equally long, so that one of them can't take the room of the others.
struct AnswerCut {
    /// The answer, with what was cut in `truncated`: an object, or a list of them where several lists were cut.
    private(set) var answer: JSONObject

    /// Room for one entry of `truncated`.
    private static let noteBytes = 160

    /// nil when there is nothing that can be cut.
    /// - Parameter whole: the paths of what is never cut, because what was cut off would be lost.
    init?(_ answer: JSONObject, to limit: Int, keeping whole: Set<[String]> = []) {
        self.answer = answer
        let lists = Self.lists(in: .object(answer), under: [], keeping: whole).sorted { $0.size > $1.size }
        guard !lists.isEmpty else { return nil }
        let rest = JSON.object(answer).encoded.count - lists.reduce(0) { $0 + $1.size }
        let sizes = lists.map(\.size)
        let count = Self.cutCount(sizes, limit - rest)
        let level = Self.level(sizes, limit - rest, cutting: count)
        var notes: [JSON] = []
        for list in lists.prefix(count) {
            if let note = cut(list, to: level) { notes.append(note) }
        }
        guard let first = notes.first else { return nil }
        self.answer["truncated"] = notes.count == 1 ? first : .array(notes)
    }

    private struct List {
        /// Keys and positions from the root of the answer.
        var path: [String]
        var items: [JSON]
        /// As JSON text, in bytes.
        var size: Int
        /// The number of items that there are in all, where the object around the list says so.
        var total: Int64?
    }

    /// The outermost lists with more than one item: the lists inside of rows stay whole.
    private static func lists(
        in value: JSON,
        under path: [String],
        keeping whole: Set<[String]>,
        total: Int64? = nil
    ) -> [List] {
        if whole.contains(path) { return [] }
        switch value {
        case .array(let items):
            if items.count > 1 { return [List(path: path, items: items, size: value.encoded.count, total: total)] }
            return items.enumerated().flatMap { lists(in: $1, under: path + [String($0)], keeping: whole) }
        case .object(let object):
            // Anywhere else a total is a value like others, which says nothing about the list beside it.
            let total = object.count == 2 ? object["total"]?.int : nil
            return object.members.flatMap { lists(in: $0.value, under: path + [$0.key], keeping: whole, total: total) }
        default: return []
        }
    }

    /// How many of the lists, the longest first, must be cut so that all fit.
    private static func cutCount(_ sizes: [Int], _ room: Int) -> Int {
        for count in 1..<sizes.count where level(sizes, room, cutting: count) >= sizes[count] { return count }
        return sizes.count
    }

    /// How long the lists that are cut may be.
    private static func level(_ sizes: [Int], _ room: Int, cutting count: Int) -> Int {
        (room - sizes.dropFirst(count).reduce(0, +)) / count - noteBytes
    }

    /// Shortens a list to a size, or to one item; nil when that changes nothing.
    private mutating func cut(_ list: List, to size: Int) -> JSON? {
        var room = size
        var kept = 0
        for item in list.items {
            room -= item.encoded.count + 1
            if room < 0 { break }
            kept += 1
        }
        kept = max(kept, 1)
        guard kept < list.items.count else { return nil }
        let items = Array(list.items.prefix(kept))
        answer = Self.replacing(list.path[...], with: .array(items), in: .object(answer)).object!
        var note: JSONObject = [
            "path": .string(Self.pointer(list.path)),
            "returned": .int(Int64(kept)), "total": .int(max(list.total ?? 0, Int64(list.items.count))),
        ]
        if let cursor = items.last?["$id"] ?? items.last?["key"] { note["cursor"] = cursor }
        return .object(note)
    }

    /// The place as `select` names it: from the root of `result` or `results`; for what is in neither, from that of the
    /// answer.
    private static func pointer(_ path: [String]) -> String {
        let tokens = ["result", "results"].contains(path.first) ? path.dropFirst() : path[...]
        return "/" + tokens.map(escaped).joined(separator: "/")
    }

    private static func escaped(_ token: String) -> String {
        var result = ""
        for character in token {
            switch character {
            case "~": result += "~0"
            case "/": result += "~1"
            default: result.append(character)
            }
        }
        return result
    }

    private static func replacing(_ path: ArraySlice<String>, with new: JSON, in value: JSON) -> JSON {
        guard let first = path.first else { return new }
        switch value {
        case .object(var object):
            object[first] = object[first].map { replacing(path.dropFirst(), with: new, in: $0) }
            return .object(object)
        case .array(var items):
            let index = Int(first)!
            items[index] = replacing(path.dropFirst(), with: new, in: items[index])
            return .array(items)
        default: return value
        }
    }
}
