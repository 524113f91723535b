import Testing
import Values

@testable import Outgoing

@Suite("Addresses to which something may be sent")
struct AddressRuleTests {
    private func refusal(_ text: String, allowsPrivate: Bool = false) throws -> AddressRule.Refusal? {
        AddressRule(allowsPrivate: allowsPrivate).refusal(try #require(NetworkAddress(text)))
    }

    @Test(arguments: [
        "93.184.216.34", "8.8.8.8", "172.32.0.1", "100.128.0.1", "192.1.0.1", "2606:4700::1111", "2a00::1",
    ])
    func areThoseOfEverybody(_ text: String) throws {
        #expect(try refusal(text) == nil)
        #expect(try refusal(text, allowsPrivate: true) == nil)
    }

    @Test(arguments: [
        "127.0.0.1", "127.255.255.254", "::1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1",
        "100.127.255.255", "fc00::1", "fd12:3456::1",
    ])
    func areThoseOfTheOwnNetworkOnlyWhereThatIsWanted(_ text: String) throws {
        #expect(try refusal(text)?.canBeAllowed == true)
        #expect(try refusal(text, allowsPrivate: true) == nil)
    }

    @Test(arguments: [
        "0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.1", "168.63.129.16", "100.100.100.200", "224.0.0.1",
        "239.255.255.255", "240.0.0.1", "255.255.255.255", "192.0.0.192", "192.0.2.1", "198.18.0.1", "203.0.113.9",
        "::",
        "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "fe80::1", "ff02::1", "fec0::1", "fd00:ec2::254",
        "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2001:0:1::1", "2001:db8::1", "4000::1",
    ])
    func areNeverThese(_ text: String) throws {
        #expect(try refusal(text)?.canBeAllowed == false)
        #expect(try refusal(text, allowsPrivate: true)?.canBeAllowed == false)
    }

    @Test func areAddressesInTheirUsualSpellingOnly() {
        for text in ["127.1", "2130706433", "0x7f.0.0.1", "[::1]", "fe80::1%lo", "", "example.org"] {
            #expect(NetworkAddress(text) == nil, "\(text)")
        }
    }
}
