/// Tells the committed state of a store from those before and after it.
///
/// Where two that were taken one after the other are equal, nothing was committed between them by any process, so what was
/// read after the first is still so.
package struct StateMark: Sendable, Equatable {
    let words: SIMD8<UInt64>
}
