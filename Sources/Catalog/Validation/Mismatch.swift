/// Why a value doesn't fit its parameter, without the name of the argument, which the caller knows.
struct Mismatch: Error, Equatable {
    /// Where inside the argument, for example `[2]`.
    var path = ""
    /// Continues a sentence that starts with the argument: `must be a string, not an integer`.
    var reason: String
    var hint: String?

    init(_ reason: String, hint: String? = nil) {
        self.reason = reason
        self.hint = hint
    }

    func inside(_ index: Int) -> Mismatch {
        var copy = self
        copy.path = "[\(index)]\(path)"
        return copy
    }
}
