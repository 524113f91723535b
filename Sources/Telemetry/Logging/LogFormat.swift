package import Logging
import Values

/// How lines of the log look on stderr, which is where everything goes that is not protocol.
package enum LogFormat: String, Sendable, CaseIterable {
    /// For people.
    case text
    /// An object of JSON in each line, for programs.
    case json
}

extension Logger {
    /// A logger on stderr.
    package init(label: String, level: Logger.Level, format: LogFormat) {
        self.init(label: label) { label in
            switch format {
            case .text: StreamLogHandler.standardError(label: label, metadataProvider: .trace)
            case .json: JSONLogHandler(label: label, metadataProvider: .trace)
            }
        }
        logLevel = level
    }
}

extension Logger.MetadataProvider {
    /// Says in every line to which trace the call belongs in which it was written.
    static let trace = Logger.MetadataProvider {
        guard let trace = TraceContext.current else { return [:] }
        return ["trace_id": .string(trace.traceID), "span_id": .string(trace.spanID)]
    }
}
