import ArgumentParser
import Engine
import Glibc
import HTTPServer
import Logging
import MCPServer
import Storage
import Telemetry
import Values

/// The options that every command takes.
struct Options: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Folder of the embedded store.",
            discussion: "Default: $XDG_DATA_HOME/tandem or ~/.local/share/tandem.",
            valueName: "dir"
        )
    )
    var data: String?

    @Option(
        help: ArgumentHelp(
            "Keep data in MongoDB, a replica set or mongos, instead of the embedded store.",
            discussion: "A connection string such as mongodb://host1,host2/?replicaSet=rs0.",
            valueName: "uri"
        )
    )
    var mongodb: String?

    @Flag(help: "Use a private store that is gone when the process ends.")
    var ephemeral = false

    @Option(
        help: ArgumentHelp("Project to work in, made at first use.", discussion: "Default: default.", valueName: "id")
    )
    var project: String?

    @Option(
        help: ArgumentHelp(
            "Where to answer HTTP.",
            discussion:
                "Default: 127.0.0.1:8080 for serve; mcp answers HTTP only when this is given. Port 0 picks one.",
            valueName: "host:port"
        )
    )
    var http: String?

    @Option(
        help: ArgumentHelp(
            "Where to answer Prometheus, at /metrics.",
            discussion: "Default: nowhere. Anybody who reaches the address may read it, so it is best a private one.",
            valueName: "host:port"
        )
    )
    var metrics: String?

    @Option(
        help: ArgumentHelp(
            "File with the certificate for HTTPS and those that vouch for it, in PEM.",
            discussion:
                "HTTP is answered over TLS then, with HTTP/2 for those who ask for it. --tls-key names its key.",
            valueName: "path"
        )
    )
    var tlsCert: String?

    @Option(help: ArgumentHelp("File with the key of --tls-cert, in PEM.", valueName: "path"))
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "Where clients reach this process, such as https://api.example.com.",
            discussion:
                "Providers that users sign in with send them back there. Default: the address of --http, if it names a host "
                + "and a port.",
            valueName: "url"
        )
    )
    var publicUrl: String?

    @Option(
        help: ArgumentHelp(
            "Proxies that are believed in X-Forwarded-For and X-Forwarded-Proto.",
            discussion: "Addresses, or blocks of them such as 10.0.0.0/8. Default: nobody.",
            valueName: "cidr,cidr"
        )
    )
    var trustProxy: String?

    @Option(help: ArgumentHelp("Only these services exist in the catalog.", valueName: "a,b"))
    var services: String?

    @Option(help: ArgumentHelp("Scopes of the agent's key.", discussion: "Default: all.", valueName: "a.read,b.write"))
    var scopes: String?

    @Flag(help: "List and run only operations that change nothing.")
    var readOnly = false

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            "Actor of the process: key, guest or user:ID.",
            discussion: "Default: key.",
            valueName: "actor"
        )
    )
    var actor: String?

    @Flag(help: "Run what destroys something without a confirmation.")
    var yes = false

    @Option(
        help: ArgumentHelp(
            "Where lists in long answers of tools are cut.",
            discussion: "Default: 60000.",
            valueName: "bytes"
        )
    )
    var maxAnswer: Int?

    @Option(
        help: ArgumentHelp(
            "normal: commits survive a killed process; full: a power failure too.",
            discussion: "Default: normal.",
            valueName: "normal|full"
        )
    )
    var durability: String?

    @Option(
        help: ArgumentHelp(
            "File with the key that encrypts columns.",
            discussion:
                "Default: the file 'key' in the folder of the embedded store, made when it is first needed. On MongoDB "
                + "name one to use encrypted columns. The project remembers which key it is, and refuses any other.",
            valueName: "path"
        )
    )
    var keyFile: String?

    @Option(
        help: ArgumentHelp(
            "Refuse lists that would read or sort all of a table of more than n rows.",
            discussion: "Default: off.",
            valueName: "n"
        )
    )
    var indexCheck: String?

    @Flag(name: .customLong("no-rate-limits"), help: "Let guests and users call as often as they like.")
    var noRateLimits = false

    @Option(
        help: ArgumentHelp(
            "How long, and how much of, the event log is kept.",
            discussion: "Default: 7d,1GB. Units are s, m, h, d and B, KB, MB, GB; off keeps everything.",
            valueName: "7d,1GB"
        )
    )
    var retention: String?

    @Option(
        help: ArgumentHelp(
            "Memory for cached lists in bytes; 0 caches nothing.",
            discussion: "Default: 67108864 (64 MiB).",
            valueName: "n"
        )
    )
    var cacheBytes: String?

    @Option(
        help: ArgumentHelp(
            "Who may sign up at the console, where projects are administered: first, on or off.",
            discussion:
                "Default: first, which is whoever comes before there is any user. Those who are invited come in any case.",
            valueName: "first|on|off"
        )
    )
    var consoleSignup: String?

    @Flag(
        help: ArgumentHelp(
            "Send requests to loopback and private addresses too, for development and tests.",
            discussion: "Without it providers that users sign in with must be public servers."
        )
    )
    var allowPrivateWebhooks = false

    @Option(
        help: ArgumentHelp(
            "Which server health.getTime asks what time it is, over UDP.",
            discussion: "Default: time.cloudflare.com; the port is 123 unless it is named.",
            valueName: "host[:port]"
        )
    )
    var timeServer: String?

    @Option(
        help: ArgumentHelp(
            "What to log on stderr: trace, debug, info, notice, warning, error, critical.",
            discussion: "Default: warning.",
            valueName: "level"
        )
    )
    var logLevel: String?

    @Option(
        help: ArgumentHelp(
            "text: lines of the log for people; json: an object in each line.",
            discussion: "Default: text.",
            valueName: "text|json"
        )
    )
    var logFormat: String?
}

/// Options together with the environment, checked.
struct Settings: Sendable {
    var place: StorePlace
    var project: String
    /// Where to answer HTTP; nil where nothing is said of it.
    var http: HTTPAddress?
    /// Where to answer Prometheus; nil for nowhere.
    var metrics: HTTPAddress?
    /// With what HTTP is answered over TLS; nil for plain HTTP.
    var certificate: HTTPCertificate?
    /// The beginning of this process's own addresses.
    var scheme: String { certificate == nil ? "http" : "https" }
    /// Where clients reach it, without a slash at the end; nil where nobody has said so.
    var publicURL: String?
    /// Who is believed what it says of its own clients.
    var proxies: TrustedProxies
    var services: Set<String>?
    var scopes: Set<String>?
    var isReadOnly: Bool
    var actor: Actor
    /// Whether what destroys something needs no confirmation.
    var skipsConfirmation: Bool
    /// Where lists in long answers are cut, in bytes.
    var maximumAnswer: Int
    var syncsEveryCommit: Bool
    var key: KeySource
    var cacheBytes: Int
    var retention: EventRetention
    var indexCheck: Int?
    /// Whether guests and users may call operations only so often.
    var limitsRates: Bool
    /// Whether requests to other servers may go to loopback and private addresses.
    var allowsPrivateTargets: Bool
    var timeServer = TimeServer.usual
    /// Who may sign up at the console.
    var consoleSignUp: SignUpRule
    var logLevel: Logger.Level
    var logFormat: LogFormat

    /// - Throws: ``Failure`` with status 2.
    init(_ options: Options) throws {
        place = try StorePlace(options)
        project = options.project ?? Self.variable("TANDEM_PROJECT") ?? "default"
        guard ID.isValid(project), project.allSatisfy({ !$0.isUppercase }) else {
            throw Failure.usage(
                "'\(project)' is no project id: write 1 to 36 lower-case letters, digits, '.', '_' or '-'"
            )
        }
        http = try Self.address(options.http, "--http", "TANDEM_HTTP", HTTPAddress.usual)
        metrics = try Self.address(
            options.metrics,
            "--metrics",
            "TANDEM_METRICS",
            HTTPAddress(host: "127.0.0.1", port: 9464)
        )
        let chain = options.tlsCert ?? Self.variable("TANDEM_TLS_CERT")
        let secret = options.tlsKey ?? Self.variable("TANDEM_TLS_KEY")
        guard (chain == nil) == (secret == nil) else {
            throw Failure.usage("--tls-cert and --tls-key go together: name the certificate and its key")
        }
        if let chain, let secret { certificate = HTTPCertificate(chain: chain, key: secret) }
        publicURL = try (options.publicUrl ?? Self.variable("TANDEM_PUBLIC_URL")).map(Self.publicURL)
        proxies = try Self.proxies(options.trustProxy ?? Self.variable("TANDEM_TRUST_PROXY"))
        services = try Self.list(options.services ?? Self.variable("TANDEM_SERVICES"), "--services")
        scopes = try Self.list(options.scopes ?? Self.variable("TANDEM_SCOPES"), "--scopes")
        isReadOnly = try options.readOnly || Self.flag("TANDEM_READ_ONLY")
        do throws(AppError) {
            actor = try Actor(parsing: options.actor ?? Self.variable("TANDEM_AS") ?? "key")
        } catch {
            throw Failure.usage("--as: \(error.message) \(error.hint ?? "")")
        }
        skipsConfirmation = try options.yes || Self.flag("TANDEM_YES")
        let answer = options.maxAnswer.map { String($0) }
        maximumAnswer =
            try Self.number(answer, "--max-answer", "TANDEM_MAX_ANSWER", 1000...4_000_000) ?? Tool.Execution.usualAnswer
        switch options.durability ?? Self.variable("TANDEM_DURABILITY") ?? "normal" {
        case "normal": syncsEveryCommit = false
        case "full": syncsEveryCommit = true
        case let other: throw Failure.usage("--durability takes normal or full, not '\(other)'")
        }
        key = (options.keyFile ?? Self.variable("TANDEM_KEY_FILE")).map { .named(KeyFile(path: $0)) } ?? place.key
        cacheBytes = try Self.number(options.cacheBytes, "--cache-bytes", "TANDEM_CACHE_BYTES") ?? 64 << 20
        let retention = options.retention ?? Self.variable("TANDEM_RETENTION")
        guard let kept = retention.map({ EventRetention($0) }) ?? .standard else {
            throw Failure.usage("--retention takes an age, a size or both, such as 7d,1GB, or off; not '\(retention!)'")
        }
        self.retention = kept
        indexCheck = try Self.number(options.indexCheck, "--index-check", "TANDEM_INDEX_CHECK")
        limitsRates = try !options.noRateLimits && !Self.flag("TANDEM_NO_RATE_LIMITS")
        allowsPrivateTargets = try options.allowPrivateWebhooks || Self.flag("TANDEM_ALLOW_PRIVATE_WEBHOOKS")
        if let text = options.timeServer ?? Self.variable("TANDEM_TIME_SERVER") {
            guard let address = HTTPAddress(text) ?? HTTPAddress(text + ":123"), address.port > 0 else {
                throw Failure.usage("--time-server takes HOST or HOST:PORT, such as time.example.org, not '\(text)'")
            }
            timeServer = TimeServer(host: address.host, port: address.port)
        }
        let signUp = options.consoleSignup ?? Self.variable("TANDEM_CONSOLE_SIGNUP") ?? "first"
        guard let rule = SignUpRule(rawValue: signUp) else {
            throw Failure.usage("--console-signup takes first, on or off, not '\(signUp)'")
        }
        consoleSignUp = rule
        let level = options.logLevel ?? Self.variable("TANDEM_LOG_LEVEL") ?? "warning"
        guard let known = Logger.Level(rawValue: level) else {
            throw Failure.usage(
                "--log-level takes trace, debug, info, notice, warning, error or critical, not '\(level)'"
            )
        }
        logLevel = known
        let format = options.logFormat ?? Self.variable("TANDEM_LOG_FORMAT") ?? "text"
        guard let form = LogFormat(rawValue: format) else {
            throw Failure.usage("--log-format takes text or json, not '\(format)'")
        }
        logFormat = form
    }

    /// What is said on stderr besides messages of commands.
    var log: Logger { Logger(label: "tandem", level: logLevel, format: logFormat) }

    /// A variable of the environment; nil when it is unset or empty.
    static func variable(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }

    static func flag(_ name: String) throws -> Bool {
        switch variable(name) {
        case nil, "0", "false": return false
        case "1", "true": return true
        case let other?: throw Failure.usage("\(name) takes 1 or 0, not '\(other)'")
        }
    }

    /// A whole number; nil where neither the option nor the environment says one.
    private static func number(
        _ text: String?,
        _ option: String,
        _ name: String,
        _ range: ClosedRange<Int> = 0...Int.max
    ) throws -> Int? {
        guard let text = text ?? variable(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            let bounds =
                range.upperBound == .max
                ? "\(range.lowerBound) on" : "\(range.lowerBound) to \(range.upperBound)"
            throw Failure.usage("\(option) takes a whole number from \(bounds), not '\(text)'")
        }
        return number
    }

    /// - Parameter example: how one looks.
    private static func address(
        _ text: String?,
        _ option: String,
        _ name: String,
        _ example: HTTPAddress
    ) throws -> HTTPAddress? {
        guard let text = text ?? variable(name) else { return nil }
        if let address = HTTPAddress(text) { return address }
        throw Failure.usage("\(option) takes HOST:PORT, such as \(example.text), not '\(text)'")
    }

    private static func list(_ text: String?, _ option: String) throws -> Set<String>? {
        guard let text else { return nil }
        let items = text.split(separator: ",").map { String($0.trimming(" ")) }.filter { !$0.isEmpty }
        guard !items.isEmpty else { throw Failure.usage("\(option) names nothing") }
        return Set(items)
    }
}

extension Substring {
    fileprivate func trimming(_ character: Character) -> Substring {
        var text = self
        while text.first == character { text.removeFirst() }
        while text.last == character { text.removeLast() }
        return text
    }
}
