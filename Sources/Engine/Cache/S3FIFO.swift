/// A map that holds as much as its limit allows and evicts by S3-FIFO.
///
/// New entries go through a small queue, a tenth of the room, in which what nobody asks for a second time ends; what is
/// used again moves to the main queue, which gives used entries another round. The keys of what the small queue dropped
/// are remembered for a while, and what comes back goes straight to the main queue. So a scan over many lists doesn't
/// wash out those that are read all the time, and a hit only counts instead of moving anything.
///
/// After Yang, Zhang, Qiu, Yue, Rashmi: "FIFO queues are all you need for cache eviction", SOSP 2023.
struct S3FIFO<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// What all entries together may cost.
    let limit: Int
    /// What they cost.
    private(set) var cost = 0
    /// How many had to go to make room.
    private(set) var evictions = 0

    private struct Node {
        var key: Key
        var value: Value
        var group: String
        var cost: Int
        var uses: UInt8 = 0
        var isMain: Bool
        var newer: Int?
        var older: Int?
    }

    private struct Queue {
        var newest: Int?
        var oldest: Int?
        var cost = 0
    }

    private var nodes: [Node?] = []
    private var free: [Int] = []
    private var slots: [Key: Int] = [:]
    private var groups: [String: Set<Int>] = [:]
    private var small = Queue()
    private var main = Queue()
    private var ghosts = Ghosts()

    init(limit: Int) {
        self.limit = max(0, limit)
    }

    var count: Int { slots.count }

    /// What one entry may cost: more would fill the small queue at once.
    var largestEntry: Int { limit / 10 }

    /// Looks at an entry, which does not count as a use.
    func peek(_ key: Key) -> Value? { slots[key].map { nodes[$0]!.value } }

    /// Counts a use of an entry.
    mutating func use(_ key: Key) {
        guard let slot = slots[key], nodes[slot]!.uses < 3 else { return }
        nodes[slot]!.uses += 1
    }

    /// Adds an entry, or puts a new value in the place of the old one, and evicts what has no room any more.
    /// - Parameter group: by which entries can be removed together.
    /// - Returns: false for an entry that is too large to be kept; an old value is gone then.
    @discardableResult
    mutating func insert(_ value: Value, for key: Key, in group: String, cost new: Int) -> Bool {
        guard new <= largestEntry else {
            remove(key)
            return false
        }
        if let slot = slots[key] {
            let difference = new - nodes[slot]!.cost
            nodes[slot]!.value = value
            nodes[slot]!.cost = new
            change(nodes[slot]!.isMain) { $0.cost += difference }
            cost += difference
        } else {
            let isMain = ghosts.remove(key)
            let node = Node(key: key, value: value, group: group, cost: new, isMain: isMain)
            let slot = free.popLast() ?? nodes.count
            if slot == nodes.count { nodes.append(node) } else { nodes[slot] = node }
            slots[key] = slot
            groups[group, default: []].insert(slot)
            cost += new
            push(slot, isMain: isMain)
        }
        while cost > limit { evict() }
        return slots[key] != nil
    }

    /// Puts another value in the place of the old one, at the same cost.
    mutating func replace(_ value: Value, for key: Key) {
        if let slot = slots[key] { nodes[slot]!.value = value }
    }

    mutating func remove(_ key: Key) {
        if let slot = slots[key] { drop(slot) }
    }

    /// Removes the entries of a group that fulfil a condition.
    /// - Returns: how many there were.
    @discardableResult
    mutating func remove(group: String, where condition: (Value) -> Bool = { _ in true }) -> Int {
        let found = (groups[group] ?? []).filter { condition(nodes[$0]!.value) }
        for slot in found { drop(slot) }
        return found.count
    }

    /// Removes every entry that fulfils a condition.
    mutating func removeAll(where condition: (Value) -> Bool) {
        for slot in nodes.indices where nodes[slot].map({ condition($0.value) }) == true { drop(slot) }
    }

    private mutating func evict() {
        if let oldest = small.oldest, small.cost > limit / 10 || main.oldest == nil {
            unlink(oldest)
            if nodes[oldest]!.uses > 1 {
                nodes[oldest]!.uses = 0
                nodes[oldest]!.isMain = true
                push(oldest, isMain: true)
            } else {
                ghosts.add(nodes[oldest]!.key, atMost: max(64, slots.count))
                forget(oldest)
                evictions += 1
            }
        } else if let oldest = main.oldest {
            unlink(oldest)
            if nodes[oldest]!.uses > 0 {
                nodes[oldest]!.uses -= 1
                push(oldest, isMain: true)
            } else {
                forget(oldest)
                evictions += 1
            }
        }
    }

    private mutating func drop(_ slot: Int) {
        unlink(slot)
        forget(slot)
    }

    /// Gives back the slot of an entry that is in no queue any more.
    private mutating func forget(_ slot: Int) {
        let node = nodes[slot]!
        cost -= node.cost
        slots[node.key] = nil
        groups[node.group]?.remove(slot)
        if groups[node.group]?.isEmpty == true { groups[node.group] = nil }
        nodes[slot] = nil
        free.append(slot)
    }

    private mutating func push(_ slot: Int, isMain: Bool) {
        let newest = isMain ? main.newest : small.newest
        nodes[slot]!.older = newest
        nodes[slot]!.newer = nil
        if let newest { nodes[newest]!.newer = slot }
        let cost = nodes[slot]!.cost
        change(isMain) { queue in
            queue.newest = slot
            queue.oldest = queue.oldest ?? slot
            queue.cost += cost
        }
    }

    private mutating func unlink(_ slot: Int) {
        let (newer, older, cost) = (nodes[slot]!.newer, nodes[slot]!.older, nodes[slot]!.cost)
        if let newer { nodes[newer]!.older = older }
        if let older { nodes[older]!.newer = newer }
        change(nodes[slot]!.isMain) { queue in
            if newer == nil { queue.newest = older }
            if older == nil { queue.oldest = newer }
            queue.cost -= cost
        }
    }

    private mutating func change(_ isMain: Bool, _ body: (inout Queue) -> Void) {
        if isMain { body(&main) } else { body(&small) }
    }

    /// The hashes of keys that were evicted a while ago, oldest first.
    struct Ghosts {
        /// The number under which each one stands in ``order``.
        private var numbers: [Int: Int] = [:]
        /// What came, in its order; one that was removed stays until its turn, and counts no more.
        private var order: [(hash: Int, number: Int)] = []
        private var head = 0
        private var next = 0

        mutating func add(_ key: Key, atMost limit: Int) {
            let hash = key.hashValue
            guard numbers[hash] == nil else { return }
            numbers[hash] = next
            order.append((hash, next))
            next += 1
            while numbers.count > limit || order.count - head > 2 * limit {
                let oldest = order[head]
                if numbers[oldest.hash] == oldest.number { numbers[oldest.hash] = nil }
                head += 1
            }
            if head > 1024, head > order.count / 2 {
                order.removeFirst(head)
                head = 0
            }
        }

        mutating func remove(_ key: Key) -> Bool { numbers.removeValue(forKey: key.hashValue) != nil }
    }
}
