import Glibc

/// A bounded set of threads that may block, which runs closures and the jobs of tasks that prefer it.
///
/// Swift's own pool has a thread per core and must not block; drivers written in C do. A task with this executor as its
/// preference does its blocking work in place, without a hop.
package final class WorkerThreads: TaskExecutor {
    /// The number of threads, which are also the slots of ``currentSlot``.
    package let count: Int

    private enum Work {
        case job(UnownedJob)
        case closure(@Sendable () -> Void)
        /// Nothing is left and nothing will come: the thread ends.
        case end
    }

    private struct State {
        var queue: [Work] = []
        var head = 0
        /// Slots without a thread.
        var free: [Int]
        /// Threads that wait for work.
        var idle = 0
        var isStopped = false

        var waiting: Int { queue.count - head }

        mutating func takeFirst() -> Work? {
            guard head < queue.count else { return nil }
            let work = queue[head]
            head += 1
            if head == queue.count {
                queue.removeAll(keepingCapacity: head <= 4096)
                head = 0
            } else if head >= 4096 {
                queue.removeFirst(head)
                head = 0
            }
            return work
        }
    }

    private let state: Monitor<State>

    package init(count: Int) {
        self.count = count
        state = Monitor(State(free: (0..<count).reversed()))
    }

    /// The index of the calling thread among the threads of this set; nil on any other thread.
    package var currentSlot: Int? {
        guard let raw = pthread_getspecific(Self.key) else { return nil }
        let identity = Unmanaged<Identity>.fromOpaque(raw).takeUnretainedValue()
        return identity.owner === self ? identity.slot : nil
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        add(.job(UnownedJob(job)))
    }

    /// Runs a closure on one of the threads.
    package func submit(_ closure: @escaping @Sendable () -> Void) {
        add(.closure(closure))
    }

    /// Returns once the queue is empty and every thread has ended. Don't call it on one of the threads.
    ///
    /// Work that comes later still runs, on a thread that ends when nothing is left: the jobs of a task must never be
    /// dropped.
    package func stop() {
        state.withLock { $0.isStopped = true }
        state.broadcast()
        state.wait(for: { $0.free.count == count ? () : nil })
    }

    private func add(_ work: Work) {
        enum Next { case start(Int), wake, nothing }
        let next: Next = state.withLock { state in
            state.queue.append(work)
            if state.idle < state.waiting, let slot = state.free.popLast() { return .start(slot) }
            return state.idle > 0 ? .wake : .nothing
        }
        switch next {
        case .start(let slot): start(slot)
        case .wake: state.signal()
        case .nothing: break
        }
    }

    /// Blocks until there is work.
    private func next(_ slot: Int) -> Work {
        var isIdle = false
        return state.wait(for: { state in
            if isIdle { state.idle -= 1 }
            isIdle = false
            if let work = state.takeFirst() { return work }
            if state.isStopped {
                state.free.append(slot)
                return .end
            }
            isIdle = true
            state.idle += 1
            return nil
        })
    }

    private func loop(_ slot: Int) {
        let executor = asUnownedTaskExecutor()
        while true {
            switch next(slot) {
            case .job(let job): job.runSynchronously(on: executor)
            case .closure(let closure): closure()
            case .end: return state.broadcast()
            }
        }
    }

    private final class Identity {
        let owner: WorkerThreads
        let slot: Int

        init(owner: WorkerThreads, slot: Int) {
            self.owner = owner
            self.slot = slot
        }
    }

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    private func start(_ slot: Int) {
        Threads.start { [self] in
            let identity = Identity(owner: self, slot: slot)
            withExtendedLifetime(identity) {
                pthread_setspecific(Self.key, Unmanaged.passUnretained(identity).toOpaque())
                loop(slot)
                pthread_setspecific(Self.key, nil)
            }
        }
    }
}
