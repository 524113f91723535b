import Storage
import Values

extension IndexRules {
    /// The rules of one kind of index alone.
    static func checkKind(_ index: Index, _ columns: [Column], _ others: [Index], _ place: Prose) throws(AppError) {
        switch index.type {
        case "fulltext": try checkFulltext(index, columns, others, place)
        case "spatial": try checkSpatial(index, columns, place)
        default:
            for (position, key) in index.columns.enumerated() {
                guard columns.first(where: { $0.key == key })?.type.kind == .geometry else { continue }
                throw AppError(
                    .columnIndexInvalid,
                    "The column '\(key)' holds shapes, which have no order.",
                    argument: "\(place)columns[\(position)]",
                    hint: "An index of the type spatial serves it."
                )
            }
        }
    }

    private static func checkSpatial(_ index: Index, _ columns: [Column], _ place: Prose) throws(AppError) {
        let column = try onlyColumn(of: index, columns, place)
        guard let column, column.type.kind == .geometry else {
            throw AppError(
                .columnIndexInvalid,
                "The column '\(index.columns[0])' holds no points, lines or polygons.",
                argument: "\(place)columns[0]"
            )
        }
        guard column.required else {
            throw AppError(
                .columnIndexInvalid,
                "The column '\(column.key)' may be null, and a spatial index takes required columns only.",
                argument: "\(place)columns[0]",
                hint: "Make the column required first."
            )
        }
    }

    /// The same when the column changes.
    static func check(from old: Column, to new: Column, _ table: Table) throws(AppError) {
        guard old.required, !new.required,
            let index = table.indexes.first(where: {
                $0.type == "spatial" && $0.columns == [old.key] && $0.status != .deleting
            })
        else { return }
        throw AppError(
            .columnIndexDependency,
            "The spatial index '\(index.key)' takes required columns only, so '\(old.key)' must stay one.",
            argument: "required",
            hint: "Delete the index first with tablesDB.deleteIndex."
        )
    }

    private static func checkFulltext(
        _ index: Index,
        _ columns: [Column],
        _ others: [Index],
        _ place: Prose
    ) throws(AppError) {
        let column = try onlyColumn(of: index, columns, place)
        guard column?.type.kind == .text else {
            throw AppError(
                .columnIndexInvalid,
                "The column '\(index.columns[0])' holds no text, so its words can't be indexed.",
                argument: "\(place)columns[0]"
            )
        }
        if let other = others.first(where: { $0.type == "fulltext" && $0.status != .failed }) {
            throw AppError(
                .columnIndexInvalid,
                "A table has one fulltext index at most, and '\(other.key)' is there already.",
                argument: place + "type",
                hint: "It is \(other.summary). Delete it first, or keep all searched words in its column."
            )
        }
    }

    /// The column of an index that takes only one, and neither an order nor a length; nil for a system field.
    private static func onlyColumn(of index: Index, _ columns: [Column], _ place: Prose) throws(AppError) -> Column? {
        func invalid(_ reason: Prose, _ argument: Prose) -> AppError {
            AppError(.columnIndexInvalid, reason, argument: place + argument)
        }
        guard index.columns.count == 1 else {
            throw invalid("A \(index.type) index takes exactly one column.", "columns")
        }
        guard !index.orders.contains("DESC") else {
            throw invalid("A \(index.type) index has no order.", "orders[0]")
        }
        guard !index.lengths.contains(where: { $0 > 0 }) else {
            throw invalid("A \(index.type) index has no length.", "lengths[0]")
        }
        guard let column = columns.first(where: { $0.key == index.columns[0] }) else { return nil }
        guard column.storedAs == column.key else {
            throw AppError(
                .columnNotAvailable,
                "The column '\(column.key)' is still being renamed.",
                argument: "\(place)columns[0]",
                hint: "Try again in a moment."
            )
        }
        return column
    }
}
