import Values

/// Arguments as queries, forms and multipart bodies hold them: names with places in brackets, and texts.
///
/// `queries[0]=a&queries[]=b&data[title]=Tea` is `{"queries":["a","b"],"data":{"title":"Tea"}}`, as in PHP: a member
/// whose places are all numbers or left out is a list in the order of appearance.
struct FormText {
    private indirect enum Node {
        case text(String)
        case members([(place: String, node: Node)])
    }

    /// How many values there may be.
    static let maximumCount = 2000
    /// How deep places may nest.
    static let maximumDepth = 8

    private var root: [(place: String, node: Node)] = []
    private var count = 0

    init() {}

    /// - Throws: 400 `general_argument_invalid` for text that can't be read.
    init(encoded text: Substring) throws(AppError) {
        let pairs = URLText.pairs(of: text, maximum: Self.maximumCount + 1) { URLText.decoded($0, plusIsSpace: true) }
        for pair in pairs {
            guard let name = pair.name, let value = pair.value else {
                throw AppError(
                    .generalArgumentInvalid,
                    "The arguments can't be read: an escape is broken, or they are no UTF-8.",
                    hint: "Write bytes as % and two hexadecimal digits, and text as UTF-8."
                )
            }
            try add(name, value)
        }
    }

    /// - Throws: 400 `general_argument_invalid` for too many values, or places that nest too deep.
    mutating func add(_ name: String, _ value: String) throws(AppError) {
        count += 1
        let places = Self.places(name)
        guard count <= Self.maximumCount, places.count <= Self.maximumDepth else {
            throw AppError(
                .generalArgumentInvalid,
                "There are more than \(Self.maximumCount) values, or brackets nest deeper than \(Self.maximumDepth).",
                hint: "Send a JSON body instead."
            )
        }
        Self.put(value, at: places[...], in: &root)
    }

    /// The arguments as a value, all of whose leaves are strings.
    var object: JSONObject { JSONObject(root.map { ($0.place, Self.json($0.node)) }) }

    /// `a[b][]` is `a`, `b` and an empty place. A name whose brackets don't match is one place as it stands.
    private static func places(_ name: String) -> [String] {
        guard name.utf8.last == UInt8(ascii: "]") else { return [name] }
        var name = name
        return name.withUTF8 { bytes in
            let base = bytes.prefix { $0 != UInt8(ascii: "[") }
            guard !base.isEmpty else { return nil }
            var places = [String(decoding: base, as: UTF8.self)]
            var rest = bytes[base.endIndex...]
            while rest.first == UInt8(ascii: "[") {
                let place = rest.dropFirst().prefix { $0 != UInt8(ascii: "]") }
                guard place.endIndex < bytes.endIndex else { return nil }
                places.append(String(decoding: place, as: UTF8.self))
                rest = bytes[place.endIndex...].dropFirst()
            }
            return rest.isEmpty ? places : nil
        } ?? [name]
    }

    private static func put(
        _ value: String,
        at places: ArraySlice<String>,
        in members: inout [(place: String, node: Node)]
    ) {
        let rest = places.dropFirst()
        // An empty place is a new one behind all that have numbers. Brackets around nothing don't make a name.
        let isNew = places.first!.isEmpty && places.startIndex > 0
        let place = isNew ? String((members.compactMap { Int($0.place) }.max() ?? -1) &+ 1) : places.first!
        let index = members.firstIndex { $0.place == place }
        guard !rest.isEmpty else {
            if let index { members[index].node = .text(value) } else { members.append((place, .text(value))) }
            return
        }
        var inner: [(place: String, node: Node)] = []
        if let index, case .members(let known) = members[index].node { inner = known }
        if let index { members[index].node = .members([]) }
        put(value, at: rest, in: &inner)
        if let index { members[index].node = .members(inner) } else { members.append((place, .members(inner))) }
    }

    private static func json(_ node: Node) -> JSON {
        switch node {
        case .text(let text): .string(text)
        case .members(let members):
            members.allSatisfy { $0.place.utf8.allSatisfy { (0x30...0x39).contains($0) } }
                ? .array(members.map { json($0.node) })
                : .object(JSONObject(members.map { ($0.place, json($0.node)) }))
        }
    }
}
