package import Glibc

/// A value behind a lock on whose changes threads can wait.
///
/// Only threads of our own may wait here, never a task: waiting blocks. Bodies must be short and call nothing that may
/// block or come back.
///
/// `@unchecked Sendable`: `state` is read and written with `mutex` held only, and both pointers are set in `init` and
/// freed in `deinit`.
package final class Monitor<State: Sendable>: @unchecked Sendable {
    @usableFromInline let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    @usableFromInline let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    @usableFromInline var state: State

    package init(_ state: State) {
        self.state = state
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    @inlinable
    package func withLock<Result>(_ body: (inout State) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&state)
    }

    /// Wakes every waiting thread, which then looks at its condition again.
    @inlinable
    package func broadcast() {
        pthread_cond_broadcast(condition)
    }

    /// Blocks until `body` returns something, which it is asked for first and after each wake-up.
    @inlinable
    package func wait<Result>(for body: (inout State) -> Result?) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&state) { return result }
            pthread_cond_wait(condition, mutex)
        }
    }

    /// Blocks until `isTrue` holds, or `timeout` has passed.
    ///
    /// - Returns: Whether it holds.
    @inlinable
    package func wait(timeout: Duration, until isTrue: (inout State) -> Bool) -> Bool {
        var deadline = timespec()
        clock_gettime(CLOCK_MONOTONIC, &deadline)
        let (seconds, attoseconds) = timeout.components
        let nanoseconds = deadline.tv_nsec + Int(attoseconds / 1_000_000_000)
        deadline.tv_sec += Int(seconds) + nanoseconds / 1_000_000_000
        deadline.tv_nsec = nanoseconds % 1_000_000_000
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while !isTrue(&state) {
            if pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT { return isTrue(&state) }
        }
        return true
    }
}
