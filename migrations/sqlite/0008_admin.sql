-- The tables of units that were imported, and what undoing one puts back.

CREATE TABLE unit_import (
    id INTEGER PRIMARY KEY,
    at BIGINT NOT NULL,
    by_label TEXT NOT NULL, -- the post of whoever imported it
    added BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    closed BIGINT NOT NULL,
    reason TEXT NOT NULL,
    trail TEXT NOT NULL, -- JSON: what stood before; empty once it is not needed any more
    undone_at BIGINT
);
