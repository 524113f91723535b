/// An error of the contract: Appwrite's `type` with its HTTP status, or one of our own.
///
/// The list is closed; ``all`` holds every one.
package struct ErrorCode: Sendable, Hashable {
    /// The public spelling, for example `row_not_found`.
    package let type: String
    /// The HTTP status, which is also `code` in an error answer.
    package let status: Int

    init(_ type: String, _ status: Int) {
        self.type = type
        self.status = status
    }

    /// Every code of the reference, and our own.
    package static let all: [ErrorCode] = ownCodes + referenceCodes
}

extension ErrorCode {
    package static let confirmationStale = ErrorCode("confirmation_stale", 409)
    package static let referenceInvalid = ErrorCode("reference_invalid", 400)
    package static let readOnly = ErrorCode("read_only", 403)
    package static let indexRequired = ErrorCode("index_required", 400)
    package static let batchNotAtomic = ErrorCode("batch_not_atomic", 400)
    package static let operationUnknown = ErrorCode("operation_unknown", 404)
    package static let realtimeSubscriptionNotFound = ErrorCode("realtime_subscription_not_found", 404)
    package static let storeUnavailable = ErrorCode("store_unavailable", 503)
    package static let deliveryNotFound = ErrorCode("delivery_not_found", 404)

    private static let ownCodes: [ErrorCode] = [
        confirmationStale, referenceInvalid, readOnly, indexRequired, batchNotAtomic, operationUnknown,
        realtimeSubscriptionNotFound, storeUnavailable, deliveryNotFound,
    ]
}
