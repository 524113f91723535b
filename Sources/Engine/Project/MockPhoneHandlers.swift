import Values

/// `project.createMockPhone`, `listMockPhones`, `getMockPhone`, `updateMockPhone`, `deleteMockPhone`.
enum MockPhoneHandlers {
    static let all: [Handler] = [create, list, get, update, delete]

    private static let create = Handler.write("project.createMockPhone", prepare: { _ in }) { _, context in
        let call = context.call
        let phones = try context.settings.mockPhones
        let phone = MockPhone(
            number: call.string("number"),
            otp: try code(call),
            createdAt: call.now.text,
            updatedAt: call.now.text
        )
        guard !phones.contains(where: { $0.number == phone.number }) else {
            throw AppError(
                .mockNumberAlreadyExists,
                "There is a mock phone '\(phone.number)' already.",
                argument: "number",
                hint: "Change its code with project.updateMockPhone."
            )
        }
        guard phones.count < MockPhone.maximum else {
            throw AppError(
                .mockNumberLimitExceeded,
                "There are \(MockPhone.maximum) mock phones, which is as many as there can be.",
                hint: "Delete one with project.deleteMockPhone."
            )
        }
        return try save(phone, context)
    }

    private static let list = Handler.read("project.listMockPhones") { context in
        try ShortList.answer("mockNumbers", context.settings.mockPhones.map(\.json), context)
    }

    private static let get = Handler.read("project.getMockPhone") { context in try phone(context).json }

    private static let update = Handler.write("project.updateMockPhone", prepare: { _ in }) { _, context in
        var phone = try phone(context)
        phone.otp = try code(context.call)
        phone.updatedAt = context.now.text
        return try save(phone, context)
    }

    private static let delete = Handler.write("project.deleteMockPhone", prepare: { _ in }) { _, context in
        let phone = try phone(context)
        try context.change(.mockPhones) { settings in
            settings.value[phone.number] = nil
            settings.secret[phone.number] = nil
        }
        return [:] as JSON
    }

    private static func save(_ phone: MockPhone, _ context: WriteContext) throws -> JSON {
        try context.change(.mockPhones) { phone.save(in: &$0) }
        context.eventPayload = phone.json.replacing("otp", with: "")
        return phone.json
    }

    /// The phone that the call names.
    private static func phone(_ context: ReadContext) throws -> MockPhone {
        let number = context.call.string("number")
        guard let phone = try context.settings.mockPhones.first(where: { $0.number == number }) else {
            throw AppError(
                .mockNumberNotFound,
                "There is no mock phone '\(number)'.",
                argument: "number",
                hint: "project.listMockPhones shows them."
            )
        }
        return phone
    }

    private static func code(_ call: Call) throws(AppError) -> String {
        let code = call.string("otp")
        guard code.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw AppError(
                .generalArgumentInvalid,
                "'otp' must be 6 digits.",
                argument: "otp",
                hint: "For example 123456."
            )
        }
        return code
    }
}

extension JSON {
    /// An object with another value of one member.
    func replacing(_ key: String, with value: JSON) -> JSON {
        var object = object ?? [:]
        object[key] = value
        return .object(object)
    }
}
