import Storage
import Values

/// `activity.list`.
enum ActivityHandlers {
    static let list = Handler.read(
        "activity.list",
        prepare: { call throws(AppError) -> Request in try Request(call) }
    ) { request, context in try request.answer(context) }

    /// What to look for.
    private struct Request: Sendable {
        let limit: Int
        let before: Int64?
        let since: Timestamp?
        let until: Timestamp?
        let actor: String?
        let resource: String?
        let action: String?

        /// How many records of the log one call looks through, and how many at once.
        static let reach = 20_000
        static let page = 500

        init(_ call: Call) throws(AppError) {
            func text(_ name: String) -> String? { call.optional(name)?.string }
            limit = Int(call.arguments["limit"]?.int ?? 25)
            since = text("since").flatMap { Timestamp(parsing: $0) }
            until = text("until").flatMap { Timestamp(parsing: $0) }
            actor = text("actor")
            resource = text("resource")
            action = text("action")
            guard let cursor = text("cursor") else {
                before = nil
                return
            }
            guard let number = Int64(cursor), number > 0 else {
                throw AppError(
                    .generalCursorNotFound,
                    "'\(cursor)' is no cursor of activity.list.",
                    argument: "cursor",
                    hint: "Take the cursor of the page before."
                )
            }
            before = number
        }

        func answer(_ context: ReadContext) throws -> JSON {
            var found: [JSON] = []
            var place = before
            var seen = 0
            reading: while seen < Self.reach {
                let page = try context.session.history(before: place, limit: Self.page)
                for (number, record) in page {
                    if found.count == limit { break reading }
                    place = number
                    seen += 1
                    guard let activity = EventRecord(parsing: record).map(Activity.init) else { continue }
                    // Commits come in nearly, not exactly, the order of their times.
                    if let since, activity.at.milliseconds < since.milliseconds - Self.disorder {
                        place = nil
                        break reading
                    }
                    if matches(activity) { found.append(activity.json) }
                }
                guard page.count == Self.page else {
                    place = nil
                    break
                }
            }
            var answer: JSONObject = ["activities": .array(found)]
            if let place { answer["cursor"] = .string(String(place)) }
            return .object(answer)
        }

        /// By how much the log may be out of order, in milliseconds.
        private static let disorder: Int64 = 60_000

        private func matches(_ activity: Activity) -> Bool {
            (since.map { activity.at >= $0 } ?? true) && (until.map { activity.at <= $0 } ?? true)
                && (actor.map(activity.isBy) ?? true) && (resource.map(activity.isIn) ?? true)
                && (action.map { "\(activity.action).".hasPrefix("\($0).") } ?? true)
        }
    }
}
