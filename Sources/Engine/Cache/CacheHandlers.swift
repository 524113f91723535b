/// `project.cacheStats`.
enum CacheHandlers {
    static func statistics(_ lists: ListCache) -> Handler {
        .read("project.cacheStats") { _ in lists.statistics.json }
    }
}
