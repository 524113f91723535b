import Values

/// An expression of MongoDB's aggregation language, written where it is needed.
struct MongoExpression {
    let write: (inout BSONWriter, BSONKey) -> Void

    init(_ write: @escaping (inout BSONWriter, BSONKey) -> Void) {
        self.write = write
    }

    /// The value of a field, or of a variable with another `$` before it.
    static func path(_ path: String) -> MongoExpression {
        MongoExpression { writer, key in writer.string(key, "$" + path) }
    }

    /// Leaves a field out of the document.
    static var removal: MongoExpression { path("$REMOVE") }

    /// A value that is taken as it is, whatever it holds.
    static func literal(_ write: @escaping (inout BSONWriter, BSONKey) -> Void) -> MongoExpression {
        MongoExpression { writer, key in writer.document(key) { write(&$0, "$literal") } }
    }

    static func integer(_ number: Int64) -> MongoExpression {
        MongoExpression { writer, key in writer.int64(key, number) }
    }

    static func double(_ number: Double) -> MongoExpression {
        MongoExpression { writer, key in writer.double(key, number) }
    }

    static func date(_ moment: Timestamp) -> MongoExpression {
        MongoExpression { writer, key in writer.date(key, moment) }
    }

    static func text(_ text: String) -> MongoExpression { literal { writer, key in writer.string(key, text) } }

    /// A word of the language, such as the name of a variable.
    static func name(_ name: String) -> MongoExpression {
        MongoExpression { writer, key in writer.string(key, name) }
    }

    static func array(_ items: [MongoExpression]) -> MongoExpression {
        MongoExpression { writer, key in
            writer.array(key) { writer in
                for (index, item) in items.enumerated() { item.write(&writer, .index(index)) }
            }
        }
    }

    /// `{name: argument}`.
    static func call(_ name: StaticString, _ argument: MongoExpression) -> MongoExpression {
        MongoExpression { writer, key in writer.document(key) { argument.write(&$0, .fixed(name)) } }
    }

    /// `{name: [arguments]}`.
    static func call(_ name: StaticString, _ arguments: [MongoExpression]) -> MongoExpression {
        call(name, array(arguments))
    }

    /// `{name: {argument: value}}`.
    static func call(
        _ name: StaticString,
        named arguments: [(StaticString, MongoExpression)]
    ) -> MongoExpression {
        call(name, document(arguments))
    }

    static func document(_ members: [(StaticString, MongoExpression)]) -> MongoExpression {
        MongoExpression { writer, key in
            writer.document(key) { writer in for (name, value) in members { value.write(&writer, .fixed(name)) } }
        }
    }

    /// One of two values; only the one that is chosen is worked out.
    static func choice(
        if condition: MongoExpression,
        _ yes: MongoExpression,
        else no: MongoExpression
    ) -> MongoExpression {
        call("$cond", [condition, yes, no])
    }

    /// `body` of the variable `result`, which holds a value that is worked out once.
    static func with(_ value: MongoExpression, _ body: (MongoExpression) -> MongoExpression) -> MongoExpression {
        call("$let", named: [("vars", document([("result", value)])), ("in", body(path("$result")))])
    }

    /// The items of a list for which `condition` holds, where it knows each by the name of a variable.
    static func filter(
        _ list: MongoExpression,
        _ variable: String,
        where condition: MongoExpression
    ) -> MongoExpression {
        let arguments: [(StaticString, MongoExpression)] = [
            ("input", list), ("as", name(variable)), ("cond", condition),
        ]
        return call("$filter", named: arguments)
    }

    /// What `body` makes of each item of a list.
    static func map(_ list: MongoExpression, _ variable: String, to body: MongoExpression) -> MongoExpression {
        let arguments: [(StaticString, MongoExpression)] = [("input", list), ("as", name(variable)), ("in", body)]
        return call("$map", named: arguments)
    }

    /// Whether a value is of one of the server's types.
    static func isType(_ value: MongoExpression, _ types: [String]) -> MongoExpression {
        call("$in", [call("$type", value), array(types.map { text($0) })])
    }
}
