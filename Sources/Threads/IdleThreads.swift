import Glibc
import Synchronization

/// Where threads sleep until there is work: a POSIX condition that skips the system call when nobody sleeps.
///
/// For queues that many threads share. The state itself is behind a lock of its own, which spins for a moment before it
/// sleeps: with a ``Monitor`` instead, pipelined reads were measured to take half as much processor time again.
package final class IdleThreads: Sendable {
    /// The mutex and the condition are made in `init`, freed in `deinit`, and thread-safe by contract.
    private nonisolated(unsafe) let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    /// As above.
    private nonisolated(unsafe) let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let sleeping = Atomic(0)

    package init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
        condition.deallocate()
    }

    /// How many threads sleep at this moment.
    package var count: Int { sleeping.load(ordering: .relaxed) }

    /// Sleeps until `ready` holds. It is asked again after every wake-up, and always before sleeping, so that work
    /// added before a wake-up is never missed.
    package func wait(until ready: () -> Bool) {
        pthread_mutex_lock(mutex)
        sleeping.add(1, ordering: .sequentiallyConsistent)
        while !ready() { pthread_cond_wait(condition, mutex) }
        sleeping.subtract(1, ordering: .sequentiallyConsistent)
        pthread_mutex_unlock(mutex)
    }

    /// Wakes one sleeper. Call it after the work became visible.
    package func wakeOne() {
        guard sleeping.load(ordering: .sequentiallyConsistent) > 0 else { return }
        pthread_mutex_lock(mutex)
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Wakes every sleeper.
    package func wakeAll() {
        pthread_mutex_lock(mutex)
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }
}
