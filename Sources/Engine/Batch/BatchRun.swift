import Catalog
import Storage
package import Values

/// Runs the steps of a request in one session, from the first to the last. Made anew for each try of a transaction.
final class BatchRun {
    /// What the steps came to.
    struct Tally: Sendable {
        var responses: [Response] = []
        /// Jobs that the call waits for.
        var awaited: [String] = []
        /// Steps whose answer is made once the jobs are done.
        var concluding: [(index: Int, step: ReadyCall)] = []
        var events: [[UInt8]] = []
        var effects: [Effect] = []
        /// What the destroying steps destroy.
        var destroyed: [Destroyed] = []
    }

    /// What one step destroys.
    struct Destroyed: Sendable {
        /// The id of the step.
        var step: String
        /// As a confirmation shows it.
        var json: JSON
    }

    /// How steps that may write are run.
    enum Mode: Sendable {
        /// As they are.
        case plain
        /// The same, but what destroys something is refused, because nobody has confirmed it.
        case unconfirmed
        /// With account kept of what changes, which costs some reads more.
        case recorded
        /// The same in a session that is given up: what has transactions of its own is carried out in this one, as far as
        /// it destroys something.
        case foreseen

        var isRecorded: Bool { self == .recorded || self == .foreseen }
    }

    private let steps: [PlannedStep]
    private let pipeline: Pipeline
    private let clock: WallClock
    private let now: Timestamp
    private let request: ExecutionRequest
    private let late: LateCalls
    /// How many bytes the results that are still to come may have.
    private var room: Int
    private var outcome = Tally()
    private var parsed: [String: JSON] = [:]
    private var mask = SecretMask()
    /// Whether everything is undone in the end, so that nothing secret may get out.
    private var isRehearsal: Bool

    init(
        _ steps: [PlannedStep],
        of request: ExecutionRequest,
        _ pipeline: Pipeline,
        _ clock: WallClock,
        _ now: Timestamp,
        _ late: LateCalls = LateCalls()
    ) {
        self.steps = steps
        self.pipeline = pipeline
        self.clock = clock
        self.now = now
        self.request = request
        self.late = late
        late.begin()
        room = request.isBatch ? request.maximumBytes : .max
        isRehearsal = request.isDryRun
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
        return try masked(outcome)
    }

    /// Runs steps that may write.
    func write(_ session: any WriteSession, _ mode: Mode) throws -> Tally {
        let recording = mode.isRecorded ? RecordingSession(session, pipeline.jobs) : nil
        isRehearsal = isRehearsal || mode == .foreseen
        var changedSchema = false
        for (index, step) in steps.enumerated() {
            var destroys = false
            try perform(step) { ready in
                if step.countsLate { try late.count(ready.call, step: step.id, in: session) }
                let context = try WriteContext(ready.call, writing: recording ?? session, pipeline)
                if changedSchema { context.seesChangedSchema() }
                destroys = mode == .plain ? false : try ready.work.destroys(context)
                if destroys, mode == .unconfirmed { throw Self.unconfirmed(ready.call) }
                if mode == .foreseen, !request.isOneTransaction, case .apart = ready.work.body,
                    let foresight = ready.work.foresight
                {
                    if destroys { try foresight.perform(context) }
                    return Response(.null)
                }
                let response = try Pipeline.perform(ready.work, context)
                changedSchema = changedSchema || !context.seesCommittedSchema
                outcome.awaited += context.awaited
                if ready.work.conclude != nil { outcome.concluding.append((index, ready)) }
                return response
            }
            guard let losses = recording?.takeLosses(), destroys else { continue }
            let counts = losses.map { (key: $0.what, value: JSON.int(Int64($0.count))) }
            let json: JSON = ["operation": .string(step.operation.id), "counts": .object(JSONObject(counts))]
            outcome.destroyed.append(Destroyed(step: step.id, json: json))
        }
        if let recording {
            outcome.events = recording.events
            outcome.effects = recording.effects
        }
        return try masked(outcome)
    }

    /// What may be told of a rehearsal. Later steps have worked with the secrets of earlier ones.
    private func masked(_ tally: Tally) throws -> Tally {
        guard isRehearsal, !mask.isEmpty else { return tally }
        var tally = tally
        tally.responses = try tally.responses.map { try mask.masked($0) }
        tally.events = tally.events.map { mask.masked($0) }
        for index in tally.effects.indices { tally.effects[index].target = mask.masked(tally.effects[index].target) }
        return tally
    }

    /// Refuses what shows only now that it destroys something, because its arguments were not known before.
    static func unconfirmed(_ call: Call) -> AppError {
        AppError(
            .generalBadRequest,
            "\(call.operation.id) would destroy something that nobody has confirmed: this showed only once the results "
                + "that its arguments refer to were there.",
            argument: "confirm",
            hint: "Run it in a call of its own with the arguments themselves, which asks first."
        )
    }

    /// Errors of the contract are said in the words of the step and bear its name; those of the store pass as they are,
    /// because it tries again for some of them.
    private func perform(_ step: PlannedStep, _ body: (ReadyCall) throws -> Response) throws {
        do {
            let ready = try step.ready(clock, now) { id throws(AppError) in try result(of: id) }
            let response = try body(ready)
            room -= response.encoded.count
            guard room >= 0 else { throw request.tooMuch }
            if isRehearsal { try mask.learn(from: response, of: step.operation) }
            outcome.responses.append(response)
        } catch let error as AppError {
            let said = mask.masked(error.said(in: step.operation.dialect))
            throw request.isBatch ? said.inStep(step.id) : said
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
    package var value: JSON {
        get throws(AppError) {
            do throws(JSONError) { return try JSON(parsing: encoded) } catch {
                throw AppError(.generalServerError, "A result could not be read again because of a fault in Tandem.")
            }
        }
    }
}
