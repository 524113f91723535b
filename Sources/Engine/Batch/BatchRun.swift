import Catalog
import Storage
import Values

/// Runs the steps of a request in one session, from the first to the last. Made anew for each try of a transaction.
final class BatchRun {
    /// What the steps came to.
    struct Tally: Sendable {
        var responses: [Response] = []
        /// Jobs that the call waits for.
        var awaited: [String] = []
        /// Steps whose answer is made once the jobs are done.
        var concluding: [(index: Int, step: ReadyStep)] = []
        var events: [[UInt8]] = []
        var effects: [Effect] = []
        /// What the destroying steps destroy, for ``ConfirmationToken``.
        var would: JSON = []
    }

    private let steps: [PlannedStep]
    private let pipeline: Pipeline
    private let clock: WallClock
    private let now: Timestamp
    private let isBatch: Bool
    private var outcome = Tally()
    private var parsed: [String: JSON] = [:]

    init(_ steps: [PlannedStep], _ pipeline: Pipeline, _ clock: WallClock, _ now: Timestamp, isBatch: Bool) {
        self.steps = steps
        self.pipeline = pipeline
        self.clock = clock
        self.now = now
        self.isBatch = isBatch
    }

    /// Runs steps that only read.
    func read(_ session: any ReadSession) throws -> Tally {
        for step in steps {
            try perform(step) { ready in
                let context = try ReadContext(ready.call, session, pipeline)
                switch ready.work.body {
                case .read(let body): return try body(context)
                case .apart: throw Work.isApart(ready.call)
                case .write, .define: preconditionFailure("\(step.operation.id) is declared to read and does more")
                }
            }
        }
        return outcome
    }

    /// Runs steps that may write.
    /// - Parameter isRecorded: whether to find out what changes, which costs some reads more.
    func write(_ session: any WriteSession, isRecorded: Bool) throws -> Tally {
        let recording = isRecorded ? RecordingSession(session, pipeline.jobs) : nil
        var changedSchema = false
        var would: [JSON] = []
        for (index, step) in steps.enumerated() {
            try perform(step) { ready in
                let context = try WriteContext(ready.call, writing: recording ?? session, pipeline)
                if changedSchema { context.seesChangedSchema() }
                let response = try Pipeline.perform(ready.work, context)
                changedSchema = changedSchema || !context.seesCommittedSchema
                outcome.awaited += context.awaited
                if ready.work.conclude != nil { outcome.concluding.append((index, ready)) }
                return response
            }
            guard let recording else { continue }
            let losses = recording.takeLosses()
            guard step.operation.destroys(step.arguments) else { continue }
            let counts = losses.map { (key: $0.what, value: JSON.int(Int64($0.count))) }
            would.append(["operation": .string(step.operation.id), "counts": .object(JSONObject(counts))])
        }
        if let recording {
            outcome.events = recording.events
            outcome.effects = recording.effects
            outcome.would = .array(would)
        }
        return outcome
    }

    /// Errors of the contract are said in the words of the step and bear its name; those of the store pass as they are,
    /// because it tries again for some of them.
    private func perform(_ step: PlannedStep, _ body: (ReadyStep) throws -> Response) throws {
        do {
            let ready = try step.ready(clock, now) { id throws(AppError) in try result(of: id) }
            outcome.responses.append(try body(ready))
        } catch let error as AppError {
            let said = error.said(in: step.operation.dialect)
            throw isBatch ? said.inStep(step.id) : said
        }
    }

    private func result(of id: String) throws(AppError) -> JSON {
        if let known = parsed[id] { return known }
        guard let index = steps.firstIndex(where: { $0.id == id }), index < outcome.responses.count else {
            preconditionFailure("references are checked before anything runs")
        }
        let value = try outcome.responses[index].value
        parsed[id] = value
        return value
    }
}

extension Response {
    /// The answer as a value.
    var value: JSON {
        get throws(AppError) {
            do throws(JSONError) { return try JSON(parsing: encoded) } catch {
                throw AppError(.generalServerError, "A result could not be read again because of a fault in Tandem.")
            }
        }
    }
}
