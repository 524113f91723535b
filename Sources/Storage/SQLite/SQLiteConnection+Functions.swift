import GRDBSQLite
import Glibc
import Values

/// Functions of ours that the expressions of operations call.
extension SQLiteConnection {
    func installOperations() {
        // Not deterministic, so that SQLite never works it out before the condition that leads to it.
        install("tandem_refuse", 1, nil, flags: SQLITE_UTF8) { call, _, values in
            let message = StoreError.refusalMark + String(cString: sqlite3_value_text(values![0]))
            sqlite3_result_error(call, message, -1)
        }
        install("tandem_power", 2, nil) { call, _, values in
            let (base, exponent) = (values![0], values![1])
            guard sqlite3_value_type(base) == SQLITE_INTEGER, sqlite3_value_type(exponent) == SQLITE_INTEGER else {
                return sqlite3_result_double(call, pow(sqlite3_value_double(base), sqlite3_value_double(exponent)))
            }
            let number = sqlite3_value_int64(base)
            var result: Int64 = 1
            for _ in 0..<sqlite3_value_int64(exponent) {
                let (product, overflows) = result.multipliedReportingOverflow(by: number)
                guard !overflows else {
                    let isPositive = number > 0 || sqlite3_value_int64(exponent) % 2 == 0
                    return sqlite3_result_double(call, isPositive ? .infinity : -.infinity)
                }
                result = product
            }
            sqlite3_result_int64(call, result)
        }
        install("tandem_remainder", 2, nil) { call, _, values in
            sqlite3_result_double(call, fmod(sqlite3_value_double(values![0]), sqlite3_value_double(values![1])))
        }
        install("tandem_list", 3, nil) { call, _, values in
            func bytes(_ value: OpaquePointer?) -> UnsafeBufferPointer<UInt8> {
                UnsafeBufferPointer(start: sqlite3_value_text(value), count: Int(sqlite3_value_bytes(value)))
            }
            let word = String(decoding: bytes(values![0]), as: UTF8.self)
            SQLiteList.apply(word, bytes(values![1]), bytes(values![2])).withUnsafeBytes { text in
                // The value -1 is `SQLITE_TRANSIENT` of sqlite3.h: SQLite copies the text.
                sqlite3_result_text(
                    call,
                    text.baseAddress?.assumingMemoryBound(to: CChar.self),
                    Int32(text.count),
                    unsafeBitCast(-1, to: sqlite3_destructor_type.self)
                )
            }
        }
    }
}
