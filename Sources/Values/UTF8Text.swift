extension String {
    /// The text that bytes are; nil where they are no UTF-8.
    ///
    /// ASCII, which most texts are, takes a fraction of what `init(validating:as:)` does.
    package init?(checking bytes: UnsafeBufferPointer<UInt8>) {
        if bytes.allSatisfy({ $0 < 0x80 }) {
            self.init(decoding: bytes, as: UTF8.self)
        } else {
            self.init(validating: bytes, as: UTF8.self)
        }
    }
}
