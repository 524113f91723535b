import TestSupport
import Testing

@testable import Engine

@Suite("S3-FIFO")
struct S3FIFOTests {
    @Test func keepsAtMostWhatItsLimitAllows() {
        var cache = S3FIFO<Int, String>(limit: 100)
        for key in 0..<30 { cache.insert("v\(key)", for: key, in: "g", cost: 10) }
        #expect(cache.count == 10)
        #expect(cache.cost == 100)
        #expect(cache.evictions == 20)
        #expect(cache.peek(29) == "v29")
        #expect(cache.peek(0) == nil)
    }

    @Test func refusesWhatWouldFillATenthOfIt() {
        var cache = S3FIFO<Int, String>(limit: 100)
        cache.insert("small", for: 1, in: "g", cost: 10)
        #expect(cache.insert("large", for: 2, in: "g", cost: 11) == false)
        #expect(cache.insert("grown", for: 1, in: "g", cost: 11) == false)
        #expect(cache.count == 0)
        #expect(cache.cost == 0)
        var nothing = S3FIFO<Int, String>(limit: 0)
        #expect(nothing.insert("x", for: 1, in: "g", cost: 1) == false)
    }

    @Test func whatIsUsedSurvivesAScan() {
        var cache = S3FIFO<Int, Int>(limit: 1000)
        for key in 0..<20 { cache.insert(key, for: key, in: "g", cost: 10) }
        for scanned in 100..<10_000 {
            for key in 0..<20 where scanned % 20 == key { cache.use(key) }
            cache.insert(scanned, for: scanned, in: "g", cost: 10)
        }
        #expect((0..<20).allSatisfy { cache.peek($0) == $0 })
    }

    @Test func aGhostThatCameBackHasNoOldPlace() {
        var ghosts = S3FIFO<Int, Int>.Ghosts()
        ghosts.add(1, atMost: 3)
        #expect(ghosts.remove(1) == true)
        for key in [2, 1, 3] { ghosts.add(key, atMost: 3) }
        #expect(ghosts.remove(1) == true)
        #expect(ghosts.remove(1) == false)
        for key in 4...1000 { ghosts.add(key, atMost: 3) }
        let known = (1...1000).filter { ghosts.remove($0) }
        #expect(known == [998, 999, 1000])
    }

    @Test func whatComesBackSoonStaysLonger() {
        var cache = S3FIFO<Int, Int>(limit: 100)
        for key in 0..<11 { cache.insert(key, for: key, in: "g", cost: 10) }
        #expect(cache.peek(0) == nil)
        // Its key is remembered, so it skips the small queue.
        cache.insert(0, for: 0, in: "g", cost: 10)
        for key in 20..<29 { cache.insert(key, for: key, in: "g", cost: 10) }
        #expect(cache.peek(0) == 0)
    }

    @Test func groupsGoTogether() {
        var cache = S3FIFO<Int, Int>(limit: 1000)
        for key in 0..<10 { cache.insert(key, for: key, in: key % 2 == 0 ? "even" : "odd", cost: 10) }
        #expect(cache.remove(group: "even") { $0 > 2 } == 3)
        #expect(cache.remove(group: "none") == 0)
        #expect((0..<10).filter { cache.peek($0) != nil } == [0, 1, 2, 3, 5, 7, 9])
        cache.removeAll { $0 > 4 }
        #expect((0..<10).filter { cache.peek($0) != nil } == [0, 1, 2, 3])
        #expect(cache.cost == 40)
    }

    /// What is kept is always what was put in last, its cost is that of what is kept, and never above the limit.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func randomOperationsKeepTheBounds(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let limit = Int.random(in: 0...2000, using: &random)
        var cache = S3FIFO<Int, Int>(limit: limit)
        var model: [Int: (value: Int, cost: Int, group: String)] = [:]
        for step in 0..<3000 {
            let key = Int.random(in: 0..<60, using: &random)
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<9:
                let cost = Int.random(in: 0...max(1, limit / 8), using: &random)
                let group = "g\(key % 5)"
                let isKept = cache.insert(step, for: key, in: group, cost: cost)
                #expect(!isKept || cost <= limit / 10)
                model[key] = (step, cost, group)
            case 9..<16: cache.use(key)
            case 16:
                if let known = cache.peek(key) {
                    cache.replace(known + 100_000, for: key)
                    model[key]!.value = known + 100_000
                }
            case 17:
                cache.remove(key)
                model[key] = nil
            case 18:
                cache.remove(group: "g\(key % 5)")
                model = model.filter { $0.value.group != "g\(key % 5)" }
            default:
                cache.removeAll { $0 % 7 == 0 }
                model = model.filter { $0.value.value % 7 != 0 }
            }
            var total = 0
            var count = 0
            for (key, entry) in model {
                guard let value = cache.peek(key) else { continue }
                #expect(value == entry.value)
                total += entry.cost
                count += 1
            }
            #expect(cache.cost == total)
            #expect(cache.count == count)
            #expect(cache.cost <= limit)
        }
    }
}
