import Glibc

/// What can be seen of a file with a secret without reading it.
package struct FileLook: Sendable, Equatable {
    /// Why it can't be read; nil where it can.
    package let refusal: String?
    /// Whether nobody but its owner may do anything with it.
    package let isPrivate: Bool

    package init(_ path: String) {
        var status = stat()
        let isReadable = stat(path, &status) == 0 && access(path, R_OK) == 0
        refusal = isReadable ? nil : String(cString: strerror(errno))
        isPrivate = isReadable && status.st_mode & 0o077 == 0
    }
}
