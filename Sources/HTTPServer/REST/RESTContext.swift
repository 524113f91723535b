import Hummingbird
import NIOCore

/// What is known of a request besides its bytes.
struct RESTContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The address from which it came, as text; empty for one that has none.
    let address: String

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        address = source.channel.remoteAddress?.ipAddress ?? ""
    }
}
