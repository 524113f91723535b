import NIOCore

/// Runs the jobs of tasks on an event loop, between its other work.
///
/// A connection's task that prefers it needs no change of threads to read a request and to answer one that is answered
/// from memory. Such tasks must not block.
final class EventLoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
