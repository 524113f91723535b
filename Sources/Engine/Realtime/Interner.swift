/// Numbers for values that are used again and again, as long as they are used.
struct Interner<Value: Hashable & Sendable>: Sendable {
    private var numbers: [Value: (number: Int32, uses: Int)] = [:]
    private var free: [Int32] = []
    private var next: Int32 = 0

    var isEmpty: Bool { numbers.isEmpty }

    /// The number of a value that is in use.
    func number(of value: Value) -> Int32? { numbers[value]?.number }

    /// The number of a value that is used once more from now on.
    mutating func use(_ value: Value) -> Int32 {
        if let known = numbers[value]?.number {
            numbers[value]?.uses += 1
            return known
        }
        let number = free.popLast() ?? next
        if number == next { next += 1 }
        numbers[value] = (number, 1)
        return number
    }

    /// Ends one use of a value.
    mutating func release(_ value: Value) {
        guard let known = numbers[value] else { return }
        if known.uses > 1 {
            numbers[value]?.uses -= 1
        } else {
            numbers[value] = nil
            free.append(known.number)
        }
    }
}
