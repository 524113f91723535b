/// Values at places that stay the same while the value is there, and are used again afterwards.
struct Slab<Element: Sendable>: Sendable {
    private var elements: [Element?] = []
    private var free: [Int32] = []

    var count: Int { elements.count - free.count }

    mutating func insert(_ element: Element) -> Int32 {
        if let place = free.popLast() {
            elements[Int(place)] = element
            return place
        }
        elements.append(element)
        return Int32(elements.count - 1)
    }

    mutating func remove(_ place: Int32) {
        elements[Int(place)] = nil
        free.append(place)
    }

    /// The value at a place that ``insert(_:)`` gave and ``remove(_:)`` did not take back.
    subscript(_ place: Int32) -> Element {
        get { elements[Int(place)]! }
        _modify { yield &elements[Int(place)]! }
    }

    /// The value at any place; nil when there is none.
    func find(_ place: Int32) -> Element? {
        elements.indices.contains(Int(place)) ? elements[Int(place)] : nil
    }

    /// The places that are taken.
    var places: [Int32] { elements.indices.filter { elements[$0] != nil }.map { Int32($0) } }
}
