/// Where answers go.
///
/// Every append is one or more whole lines with their ends. Any thread may append; nothing here blocks.
protocol LineSink: AnyObject, Sendable {
    /// Queues lines; they may wait until the next ``flush()``.
    func append(_ lines: [UInt8])
    /// Makes sure that what was queued is on its way.
    func flush()
}
