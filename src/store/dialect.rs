//! Knows what differs between the engines.
//!
//! * A batch travels as one JSON parameter: `jsonb_each` on SQLite, `jsonb_to_recordset` on PostgreSQL. (`json_each` would
//!   write each row as text again, and every column would parse it anew: a third of a batch's time.)
//! * SQLite wants `WHERE true` before `ON CONFLICT` in `INSERT … SELECT`; it is harmless on PostgreSQL.
//! * `SUM(BIGINT)` is NUMERIC on PostgreSQL: cast it, `CAST(SUM(x) AS BIGINT)`.
//! * Comparisons are BOOLEAN on PostgreSQL: select `CASE WHEN … THEN 1 ELSE 0 END`.
//! * Rows that a decision reads are held by `FOR UPDATE` on PostgreSQL; on SQLite the writer is alone.

/// Builds one statement for each engine around a batch of rows named `r`, and picks the engine's.
///
/// `batch!(tx, "INSERT INTO t (a, b) SELECT r.a, r.b FROM ", [a bigint, b text], " WHERE true ON CONFLICT DO NOTHING")`
/// is a `&'static str` whose first parameter `$1` is the JSON array of objects with these keys. With `hold t` at
/// its end, a query holds the rows of `t` that it reads.
macro_rules! batch {
    ($conn:expr, $before:expr, [$($column:ident $kind:ident),+ $(,)?], $after:expr) => {
        $crate::store::batch!($conn, $before, [$($column $kind),+], $after, "")
    };
    ($conn:expr, $before:expr, [$($column:ident $kind:ident),+ $(,)?], $after:expr, hold $table:ident) => {
        $crate::store::batch!($conn, $before, [$($column $kind),+], $after,
            concat!(" FOR UPDATE OF ", stringify!($table)))
    };
    ($conn:expr, $before:expr, [$($column:ident $kind:ident),+ $(,)?], $after:expr, $postgres:expr) => {
        match $conn.engine() {
            $crate::store::Engine::Sqlite => concat!(
                $before,
                "(SELECT key AS ordinal",
                $(", value ->> '$.", stringify!($column), "' AS ", stringify!($column),)+
                " FROM jsonb_each($1)) AS r",
                $after
            ),
            $crate::store::Engine::Postgres => concat!(
                $before,
                "jsonb_to_recordset($1::jsonb) AS r(",
                $crate::store::dialect::columns!($($column $kind),+),
                ")",
                $after,
                $postgres
            ),
        }
    };
}
pub(crate) use batch;

/// Builds a query that holds the rows that it reads until the transaction ends.
macro_rules! held {
    ($conn:expr, $sql:expr) => {
        match $conn.engine() {
            $crate::store::Engine::Sqlite => $sql,
            $crate::store::Engine::Postgres => concat!($sql, " FOR UPDATE"),
        }
    };
}
pub(crate) use held;

/// Writes `a bigint, b text`.
macro_rules! columns {
    ($column:ident $kind:ident) => { concat!(stringify!($column), " ", stringify!($kind)) };
    ($column:ident $kind:ident, $($rest:tt)+) => {
        concat!(stringify!($column), " ", stringify!($kind), ", ", $crate::store::dialect::columns!($($rest)+))
    };
}
pub(crate) use columns;
