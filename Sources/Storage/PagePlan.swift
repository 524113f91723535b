/// How a store finds the rows of a page, in words that hold for every store.
package struct PagePlan: Sendable, Equatable {
    package enum Access: String, Sendable {
        /// One row by its id.
        case id
        /// The rows that an index leads to, or the first ones in its order.
        case index
        /// Every row, until the page is full.
        case scan
    }

    package var access: Access
    /// The index that leads to the rows or brings them in order: its key, or a system field such as `$createdAt`.
    package var index: String?
    /// Whether rows are sorted before the first one is known.
    package var sortsInMemory: Bool

    package init(_ access: Access, index: String? = nil, sortsInMemory: Bool = false) {
        self.access = access
        self.index = index
        self.sortsInMemory = sortsInMemory
    }

    /// Takes for what it is that an index, or the table itself, is walked through from one end.
    ///
    /// - Parameter index: in whose order the rows come; nil for that of the table.
    init(walkingThrough index: String?, _ query: RowQuery, sortsInMemory: Bool) {
        let isWhole = query.filters.isEmpty && query.permissions == nil && !sortsInMemory
        self.init(isWhole ? .index : .scan, index: isWhole ? index ?? "$sequence" : index, sortsInMemory: sortsInMemory)
    }
}

/// What reading a page took.
package struct PageExamination: Sendable, Equatable {
    package var plan: PagePlan
    /// How many rows, or their entries in an index, were looked at.
    package var examined: Int
    /// Whether looking ended there, so that it may have been more.
    package var isCapped: Bool
    /// How many rows the page has.
    package var returned: Int

    package init(plan: PagePlan, examined: Int, isCapped: Bool = false, returned: Int) {
        self.plan = plan
        self.examined = examined
        self.isCapped = isCapped
        self.returned = returned
    }
}
