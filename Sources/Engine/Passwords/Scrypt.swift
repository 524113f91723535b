import Crypto
import CryptoExtras
import Values

/// scrypt with parameters and salt beside the hash, which is in hexadecimal digits.
struct Scrypt: PasswordScheme {
    static let name = "scrypt"

    let salt: String
    /// How often memory is mixed: N of the algorithm.
    let cpu: Int
    /// The size of a block in units of 128 bytes: r of the algorithm.
    let memory: Int
    /// p of the algorithm.
    let parallel: Int
    /// Bytes of the hash.
    let length: Int

    /// - Throws: 400 `general_argument_invalid` about the argument that names a value the algorithm can't take or that
    ///   would cost too much.
    init(salt: String, cpu: Int, memory: Int, parallel: Int, length: Int) throws(AppError) {
        (self.salt, self.cpu, self.memory, self.parallel, self.length) = (salt, cpu, memory, parallel, length)
        guard cpu >= 2, cpu <= 1 << 24, cpu & (cpu - 1) == 0 else {
            throw Self.refusal("passwordCpu", cpu, "a power of 2 from 2 to \(1 << 24)")
        }
        // What swift-crypto allows itself as memory is too little for blocks beyond that.
        guard (1...16).contains(memory) else { throw Self.refusal("passwordMemory", memory, "from 1 to 16") }
        guard (1...64).contains(parallel) else { throw Self.refusal("passwordParallel", parallel, "from 1 to 64") }
        guard (16...128).contains(length) else { throw Self.refusal("passwordLength", length, "from 16 to 128") }
        guard cpu * memory <= 1 << 22, cpu * memory * parallel <= 1 << 24 else {
            throw Self.refusal(
                "passwordCpu",
                cpu,
                "at most \((1 << 22) / memory) with these blocks, because checking would cost too much"
            )
        }
    }

    init?(options: JSONObject) {
        guard let salt = options["salt"]?.string, let cpu = options["costCpu"]?.int,
            let memory = options["costMemory"]?.int, let parallel = options["costParallel"]?.int,
            let length = options["length"]?.int
        else { return nil }
        do {
            try self.init(
                salt: salt,
                cpu: Int(cpu),
                memory: Int(memory),
                parallel: Int(parallel),
                length: Int(length)
            )
        } catch { return nil }
    }

    var options: JSONObject {
        var options = shown("")
        options["salt"] = .string(salt)
        return options
    }

    func shown(_ text: String) -> JSONObject {
        [
            "costCpu": .int(Int64(cpu)), "costMemory": .int(Int64(memory)), "costParallel": .int(Int64(parallel)),
            "length": .int(Int64(length)),
        ]
    }

    func check(_ text: String) throws(AppError) {
        guard Hexadecimal.isText(text, bytes: length) else {
            throw Self.refusal(
                "The password is no hash by scrypt of \(length) bytes.",
                hint: "Pass \(2 * length) hexadecimal digits, or another passwordLength."
            )
        }
    }

    func matches(_ password: [UInt8], _ text: String) throws(AppError) -> Bool {
        let key = try Self.derive(
            password,
            salt: Array(salt.utf8),
            cpu: cpu,
            memory: memory,
            parallel: parallel,
            length: length
        )
        return CText.equal(Hexadecimal.encode(key), text.lowercased().utf8)
    }

    /// - Parameter salt: not empty, and neither is the password.
    static func derive(
        _ password: [UInt8],
        salt: [UInt8],
        cpu: Int,
        memory: Int,
        parallel: Int,
        length: Int
    ) throws(AppError) -> [UInt8] {
        do {
            return try KDF.Scrypt.deriveKey(
                from: password,
                salt: salt,
                outputByteCount: length,
                rounds: cpu,
                blockSize: memory,
                parallelism: parallel
            ).withUnsafeBytes { Array($0) }
        } catch {
            throw AppError(.generalServerError, "There is not enough memory to check a password.")
        }
    }

    private static func refusal(_ argument: Prose, _ value: Int, _ right: Prose) -> AppError {
        AppError(
            .generalArgumentInvalid,
            "scrypt can't have \(argument) \(value).",
            argument: argument,
            hint: "It must be " + right + "."
        )
    }
}
