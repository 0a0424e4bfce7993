-- Versions of the list of incident classes; the highest counts. No class ever leaves it.
CREATE TABLE class_list (
    id INTEGER PRIMARY KEY,
    version BIGINT NOT NULL,
    list TEXT NOT NULL, -- JSON
    by_account BIGINT REFERENCES account (id), -- none: it came with the program, or from a file
    at BIGINT NOT NULL,
    CONSTRAINT class_list_once UNIQUE (version)
);
