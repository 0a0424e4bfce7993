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
///
/// `[id bigint], each [t a "a.b = r.id"], " ORDER BY …"` joins the rows of `t`, named `a`, that belong to each row of the batch.
/// PostgreSQL then looks each up by an index, whatever it believes of the sizes: of a table that was empty when the query
/// was planned it would read every row.
macro_rules! batch {
    ($conn:expr, $before:expr, [$($column:ident $kind:ident),+ $(,)?],
        each [$($table:ident $alias:ident $on:literal),+ $(,)?], $after:expr) => {
        match $conn.engine() {
            $crate::store::Engine::Sqlite => concat!(
                $crate::store::dialect::rows!(sqlite $before, $($column $kind),+),
                $(" JOIN ", stringify!($table), " ", stringify!($alias), " ON ", $on,)+
                $after
            ),
            $crate::store::Engine::Postgres => concat!(
                $crate::store::dialect::rows!(postgres $before, $($column $kind),+),
                $(" CROSS JOIN LATERAL (SELECT * FROM ", stringify!($table), " ", stringify!($alias), " WHERE ", $on,
                    " OFFSET 0) AS ", stringify!($alias),)+
                $after
            ),
        }
    };
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
                $crate::store::dialect::rows!(sqlite $before, $($column $kind),+),
                $after
            ),
            $crate::store::Engine::Postgres => concat!(
                $crate::store::dialect::rows!(postgres $before, $($column $kind),+),
                $after,
                $postgres
            ),
        }
    };
}
pub(crate) use batch;

/// Writes the rows of a batch for one engine, after what stands before them.
macro_rules! rows {
    (sqlite $before:expr, $($column:ident $kind:ident),+) => {
        concat!(
            $before,
            "(SELECT key AS ordinal",
            $(", value ->> '$.", stringify!($column), "' AS ", stringify!($column),)+
            " FROM jsonb_each($1)) AS r"
        )
    };
    (postgres $before:expr, $($column:ident $kind:ident),+) => {
        concat!(
            $before,
            "jsonb_to_recordset($1::jsonb) AS r(",
            $crate::store::dialect::columns!($($column $kind),+),
            ")"
        )
    };
}
pub(crate) use rows;

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
