import Values

/// `project.updateOAuth2…`, `getOAuth2Provider`, `listOAuth2Providers`: one implementation, the providers are data.
enum OAuth2Handlers {
    static let all: [Handler] = [get, list] + OAuth2Provider.all.map(update)

    private static func update(_ provider: OAuth2Provider) -> Handler {
        Handler.write(provider.operation, prepare: { _ in }) { _, context in
            var settings = try context.settings.oauth2(provider)
            try settings.change(context.call.arguments)
            try context.change(.oauth2(provider.id)) { $0 = settings.stored }
            context.eventIDs["providerId"] = provider.id
            return settings.json
        }
    }

    private static let get = Handler.read("project.getOAuth2Provider") { context in
        try context.settings.oauth2(OAuth2Provider.named(context.call.string("providerId"))!).json
    }

    private static let list = Handler.read("project.listOAuth2Providers") { context in
        let groups = OAuth2Provider.all.map { SettingsGroup.oauth2($0.id) }
        let stored = try context.session.settings(groups)
        let items = zip(OAuth2Provider.all, groups).map { provider, group in
            OAuth2Settings(provider, stored[group.id] ?? StoredSettings()).json
        }
        return try ShortList.answer("providers", items, context)
    }
}
