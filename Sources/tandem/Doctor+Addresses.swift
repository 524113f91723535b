import Engine
import HTTPServer
import Outgoing
import Values

extension Settings {
    /// What is to be said of the addresses and the certificate that were named.
    func addressFindings() async -> [Finding] {
        var findings: [Finding] = []
        if let http { findings.append(await Self.look("http", http, scheme, "/v1/ping")) }
        if let metrics {
            if http?.collides(with: metrics) == true {
                findings.append(
                    Finding(.problem, "metrics", "--metrics and --http can't share a port: name another one")
                )
            } else {
                findings.append(await Self.look("metrics", metrics, "http", "/metrics"))
            }
        }
        if let certificate { findings += certificate.findings(at: WallClock.system.now, host: http?.host) }
        return findings
    }

    /// - Parameters:
    ///   - path: what a Tandem answers there.
    private static func look(_ subject: String, _ address: HTTPAddress, _ scheme: String, _ path: String) async
        -> Finding
    {
        let text = address.text
        switch AddressExamination.obstacle(host: address.host, port: address.port) {
        case nil: return Finding(.ok, subject, "\(text) is free")
        case .taken: return await occupant(subject, address, scheme, path)
        case .forbidden:
            return Finding(
                .problem,
                subject,
                "\(text) is for privileged processes; take a port from 1024 on, or give the binary the right: "
                    + "setcap cap_net_bind_service=+ep"
            )
        case .foreign:
            return Finding(
                .problem,
                subject,
                "\(address.host) is no address of this machine; 0.0.0.0 stands for all of them"
            )
        case .unknownHost:
            return Finding(
                .problem,
                subject,
                "the name \(address.host) is not known; write an address, or look at the DNS"
            )
        case .other(let why): return Finding(.problem, subject, "\(text) can't be listened at: \(why)")
        }
    }

    /// Who it is that listens at an address.
    private static func occupant(
        _ subject: String,
        _ address: HTTPAddress,
        _ scheme: String,
        _ path: String
    ) async -> Finding {
        let here = ["0.0.0.0": "127.0.0.1", "::": "::1"][address.host] ?? address.host
        let url = "\(scheme)://\(HTTPAddress(host: here, port: address.port).text)\(path)"
        let outgoing = HTTPOutgoing(allowsPrivate: true)
        let request = OutgoingRequest(
            "GET",
            url,
            timeout: .seconds(3),
            maximumAnswerBytes: 1024,
            checksCertificate: false
        )
        let answer: OutgoingAnswer?
        do throws(OutgoingError) { answer = try await outgoing.send(request) } catch { answer = nil }
        await outgoing.close()
        let cure = "end it, or name another port"
        guard let answer else {
            let text = "\(address.text) is taken by a program that does not answer \(scheme.uppercased()); \(cure)"
            return Finding(.problem, subject, text)
        }
        guard answer.header("server") == "Tandem" else {
            return Finding(.problem, subject, "\(address.text) is taken by another program that speaks HTTP; \(cure)")
        }
        guard answer.status == 200 else {
            let text = "a Tandem listens at \(address.text), but not for this; \(cure)"
            return Finding(.problem, subject, text)
        }
        return Finding(.ok, subject, "a Tandem answers at \(address.text)")
    }
}
