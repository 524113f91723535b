package import Values

/// Permissions inside objects such as rows, which the declaration of an operation does not reach.
package enum PermissionList {
    /// - Parameter argument: where they are, for the error.
    /// - Throws: `general_argument_invalid`.
    package static func check(_ value: JSON, actions: [String], argument: Prose) throws(AppError) {
        do throws(Mismatch) {
            guard case .array = value else { throw Mismatch("must be a list, not \(value.kindName)") }
            try ParameterType.checkPermissions(value, actions: actions)
        } catch {
            let place = argument + Prose(quoting: error.path)
            throw AppError(
                .generalArgumentInvalid,
                "'\(place)' \(error.reason).",
                argument: place,
                hint: error.hint.map { Prose(quoting: $0) }
            )
        }
    }
}
