//! Knows what differs between the engines.
//!
//! * A batch travels as one JSON parameter: `json_each` on SQLite, `jsonb_to_recordset` on PostgreSQL.
//! * SQLite wants `WHERE true` before `ON CONFLICT` in `INSERT … SELECT`; it is harmless on PostgreSQL.
//! * `SUM(BIGINT)` is NUMERIC on PostgreSQL: cast it, `CAST(SUM(x) AS BIGINT)`.
//! * Comparisons are BOOLEAN on PostgreSQL: select `CASE WHEN … THEN 1 ELSE 0 END`.

/// Builds one statement for each engine around a batch of rows named `r`, and picks the engine's.
///
/// `batch!(tx, "INSERT INTO t (a, b) SELECT r.a, r.b FROM ", [a bigint, b text], " WHERE true ON CONFLICT DO NOTHING")`
/// is a `&'static str` whose first parameter `$1` is the JSON array of objects with these keys.
macro_rules! batch {
    ($conn:expr, $before:expr, [$($column:ident $kind:ident),+ $(,)?], $after:expr) => {
        match $conn.engine() {
            $crate::store::Engine::Sqlite => concat!(
                $before,
                "(SELECT key AS ordinal",
                $(", value ->> '$.", stringify!($column), "' AS ", stringify!($column),)+
                " FROM json_each($1)) AS r",
                $after
            ),
            $crate::store::Engine::Postgres => concat!(
                $before,
                "jsonb_to_recordset($1::jsonb) AS r(",
                $crate::store::dialect::columns!($($column $kind),+),
                ")",
                $after
            ),
        }
    };
}
pub(crate) use batch;

/// Writes `a bigint, b text`.
macro_rules! columns {
    ($column:ident $kind:ident) => { concat!(stringify!($column), " ", stringify!($kind)) };
    ($column:ident $kind:ident, $($rest:tt)+) => {
        concat!(stringify!($column), " ", stringify!($kind), ", ", $crate::store::dialect::columns!($($rest)+))
    };
}
pub(crate) use columns;
