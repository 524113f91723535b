import Glibc
import Synchronization

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
    }

    private struct State {
        var queue: [Work] = []
        var head = 0
        /// Slots without a thread.
        var free: [Int]
        var isStopped = false
    }

    private let state: Mutex<State>
    private let idle = IdleThreads()
    private let ended = IdleThreads()

    package init(count: Int) {
        self.count = count
        state = Mutex(State(free: (0..<count).reversed()))
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
        idle.wakeAll()
        ended.wait { state.withLock { $0.free.count == count } }
    }

    private func add(_ work: Work) {
        let slot: Int? = state.withLock { state in
            state.queue.append(work)
            guard idle.count < state.queue.count - state.head else { return nil }
            return state.free.popLast()
        }
        if let slot { start(slot) } else { idle.wakeOne() }
    }

    private func next() -> Work? {
        state.withLock { state in
            guard state.head < state.queue.count else { return nil }
            let work = state.queue[state.head]
            state.head += 1
            if state.head == state.queue.count {
                state.queue.removeAll(keepingCapacity: state.head <= 4096)
                state.head = 0
            } else if state.head >= 4096 {
                state.queue.removeFirst(state.head)
                state.head = 0
            }
            return work
        }
    }

    private func loop(_ slot: Int) {
        let executor = asUnownedTaskExecutor()
        while true {
            while let work = next() {
                switch work {
                case .job(let job): job.runSynchronously(on: executor)
                case .closure(let closure): closure()
                }
            }
            idle.wait { state.withLock { $0.head < $0.queue.count || $0.isStopped } }
            let isDone = state.withLock { state in
                guard state.isStopped, state.head == state.queue.count else { return false }
                state.free.append(slot)
                return true
            }
            if isDone { return ended.wakeAll() }
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
