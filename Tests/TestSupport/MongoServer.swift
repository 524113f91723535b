import Glibc

/// The MongoDB deployment that tests may use.
package enum MongoServer {
    /// Its connection string; nil where there is none, and the tests that need one don't run.
    package static let uri: String? = getenv("TANDEM_TEST_MONGODB_URI").map { String(cString: $0) }
}
