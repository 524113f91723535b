import GRDBSQLite

extension SQLiteConnection {
    /// Makes the functions known that look at shapes. What is no shape has no place, and no distance from anything.
    func installSpatial() {
        install("tandem_box", 2, nil) { call, _, values in
            guard let shape = SQLiteConnection.shape(values![0]!) else { return sqlite3_result_null(call) }
            sqlite3_result_double(call, shape.bounds.values[Int(sqlite3_value_int(values![1]!))])
        }
        install("tandem_distance", 3, nil) { call, _, values in
            guard let shape = SQLiteConnection.shape(values![0]!), let point = shape.coordinates.point else {
                return sqlite3_result_null(call)
            }
            let other = (sqlite3_value_double(values![1]!), sqlite3_value_double(values![2]!))
            sqlite3_result_double(call, Geometry.distance(other, point))
        }
        install("tandem_intersects", 2, Unmanaged.passUnretained(self).toOpaque()) { call, _, values in
            let connection = SQLiteConnection.calling(call)
            if connection.mustStop { return sqlite3_result_error_code(call, SQLITE_INTERRUPT) }
            guard let shape = SQLiteConnection.shape(values![0]!), let text = SQLiteConnection.text(values![1]!),
                let other = connection.shape(text)
            else { return sqlite3_result_null(call) }
            sqlite3_result_int(call, shape.intersects(other) ? 1 : 0)
        }
    }

    private static func shape(_ value: OpaquePointer) -> Geometry? { text(value).flatMap { Geometry(stored: $0) } }
}
