import Foundation
import NIOSSL

@testable import HTTPServer

/// A certificate for the name `localhost` that nobody but these tests trusts, and its key, as files.
struct TestCertificate {
    let files: HTTPCertificate

    init() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tandem-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let (chain, key) = (folder.appendingPathComponent("chain.pem"), folder.appendingPathComponent("key.pem"))
        try Self.chain.write(to: chain, atomically: true, encoding: .utf8)
        try Self.key.write(to: key, atomically: true, encoding: .utf8)
        files = HTTPCertificate(chain: chain.path, key: key.path)
    }

    /// How a client of these tests speaks TLS.
    static func trust() throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .certificates([try NIOSSLCertificate(bytes: Array(chain.utf8), format: .pem)])
        return tls
    }

    func remove() { try? FileManager.default.removeItem(atPath: (files.chain as NSString).deletingLastPathComponent) }

    static let chain = """
        -----BEGIN CERTIFICATE-----
        MIIBmjCCAUGgAwIBAgIURK4dEbb+sRYyaFv5fNxuSNFWQ7kwCgYIKoZIzj0EAwIw
        FzEVMBMGA1UEAwwMVGFuZGVtIHRlc3RzMCAXDTI2MTEyNjA5NTY0NVoYDzIxMjYx
        MTAyMDk1NjQ1WjAXMRUwEwYDVQQDDAxUYW5kZW0gdGVzdHMwWTATBgcqhkjOPQIB
        BggqhkjOPQMBBwNCAARcstyoj+XVmB2mPZb4LI6M89hgCrsdWIdVRajVg3DpERu8
        YRPePPvtrPm4uOFUbBOebndsW+FY+bOC8KiQQgNoo2kwZzAdBgNVHQ4EFgQUEJgV
        yUPjnODE0DJ5KNVu5Q+AGA8wHwYDVR0jBBgwFoAUEJgVyUPjnODE0DJ5KNVu5Q+A
        GA8wDwYDVR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZI
        zj0EAwIDRwAwRAIgS6ZtoSQkbIfnTpcB2HTpmwztBM/cRydpd03gZUrtqVACIGMY
        hXj8fdEX34Miua40D9f6Af9fwzABJVrK8Oz+MUaj
        -----END CERTIFICATE-----
        """

    private static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgo/DFC3neQeBlG/6c
        jguupz1YH+8k1APg7Bd3JOTO1IehRANCAARcstyoj+XVmB2mPZb4LI6M89hgCrsd
        WIdVRajVg3DpERu8YRPePPvtrPm4uOFUbBOebndsW+FY+bOC8KiQQgNo
        -----END PRIVATE KEY-----
        """
}
