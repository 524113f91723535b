import Glibc

/// Named places at which tests let the process die, to see what is left. They exist in debug builds only.
enum CrashPoint {
    #if DEBUG
        private static let name = getenv("TANDEM_CRASH_AT").map { String(cString: $0) }
    #endif

    /// Dies here, as if the power had gone, when the environment names this place in `TANDEM_CRASH_AT`.
    @inline(__always)
    static func reach(_ place: StaticString) {
        #if DEBUG
            if let name, name == place.description { kill(getpid(), SIGKILL) }
        #endif
    }
}
