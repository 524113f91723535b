/// Two words that a page and a message show alike, so that people see that they belong together.
enum SecurityPhrase {
    private static let qualities = [
        "Amber", "Brave", "Bright", "Calm", "Clever", "Cosy", "Crisp", "Curious", "Deep", "Early", "Fair", "Fresh",
        "Gentle", "Golden", "Happy", "Honest", "Humble", "Icy", "Jolly", "Keen", "Kind", "Light", "Lively", "Lucky",
        "Mellow", "Merry", "Neat", "Noble", "Patient", "Plain", "Proud", "Quick", "Quiet", "Rapid", "Rosy", "Silent",
        "Silver", "Smooth", "Sunny", "Swift", "Tidy", "Warm", "Wild", "Wise", "Witty", "Young",
    ]
    private static let things = [
        "Acorn", "Anchor", "Apple", "Badger", "Beacon", "Birch", "Bridge", "Canyon", "Castle", "Cedar", "Cloud",
        "Comet", "Coral", "Crane", "Dolphin", "Eagle", "Falcon", "Fern", "Forest", "Fountain", "Garden", "Harbour",
        "Heron", "Island", "Kettle", "Lantern", "Maple", "Meadow", "Mountain", "Orchard", "Otter", "Panda", "Pebble",
        "Piano", "Planet", "River", "Sailor", "Sparrow", "Spruce", "Summit", "Teapot", "Tiger", "Valley", "Violin",
        "Walnut", "Willow",
    ]

    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        return "\(qualities.randomElement(using: &generator)!) \(things.randomElement(using: &generator)!)"
    }
}
