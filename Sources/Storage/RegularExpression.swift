import CPCRE2

/// A compiled Perl-compatible regular expression over UTF-8 text, with bounds on what a match may cost.
///
/// Confined to one thread at a time: the match data is part of it.
package final class RegularExpression {
    private let code: OpaquePointer
    private let matchData: OpaquePointer
    private let context: OpaquePointer

    /// - Throws: ``StoreError`` `pattern` with the reason and the offset.
    package init(_ pattern: String) throws(StoreError) {
        var error: Int32 = 0
        var offset = 0
        var pattern = pattern
        let compiled = pattern.withUTF8 { text in
            pcre2_compile_8(
                text.baseAddress,
                text.count,
                UInt32(PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C),
                &error,
                &offset,
                nil
            )
        }
        guard let compiled else {
            throw StoreError(
                .pattern,
                "the regular expression is malformed at character \(offset): \(Self.text(error))"
            )
        }
        code = compiled
        matchData = pcre2_match_data_create_from_pattern_8(compiled, nil)
        context = pcre2_match_context_create_8(nil)
        pcre2_set_match_limit_8(context, 1_000_000)
        pcre2_set_heap_limit_8(context, 20_000)
    }

    deinit {
        pcre2_match_context_free_8(context)
        pcre2_match_data_free_8(matchData)
        pcre2_code_free_8(code)
    }

    /// Whether the expression matches anywhere in the text.
    /// - Throws: ``StoreError`` `pattern` when the match passes its bounds.
    package func matches(_ text: UnsafeBufferPointer<UInt8>) throws(StoreError) -> Bool {
        let result = pcre2_match_8(
            code,
            text.baseAddress,
            text.count,
            0,
            UInt32(PCRE2_NO_UTF_CHECK),
            matchData,
            context
        )
        if result >= 0 { return true }
        if result == PCRE2_ERROR_NOMATCH { return false }
        throw StoreError(.pattern, "the regular expression is too expensive for the stored text: \(Self.text(result))")
    }

    private static func text(_ code: Int32) -> String {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { buffer in
            let count = pcre2_get_error_message_8(code, buffer.baseAddress, buffer.count)
            return count > 0 ? String(decoding: buffer.prefix(Int(count)), as: UTF8.self) : "error \(code)"
        }
    }
}
