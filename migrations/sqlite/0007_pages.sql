-- Links that open the wall, a read-only page for a large screen: each can be revoked and is known by its hash.
CREATE TABLE wall_link (
    id INTEGER PRIMARY KEY,
    label TEXT NOT NULL,
    unit_id BIGINT NOT NULL REFERENCES unit (id), -- the wall shows this unit and all below it
    key_hash TEXT NOT NULL,
    texts BIGINT NOT NULL, -- 1: it shows where something happened and what
    made_by BIGINT NOT NULL REFERENCES account (id),
    made_at BIGINT NOT NULL,
    revoked_at BIGINT,
    CONSTRAINT wall_link_once UNIQUE (key_hash)
);

-- Unannounced calls to the duty phones of units.
CREATE TABLE spot_check (
    id INTEGER PRIMARY KEY,
    unit_id BIGINT NOT NULL REFERENCES unit (id),
    result TEXT NOT NULL, -- on_duty, somebody_else, no_answer
    note TEXT,
    by_account BIGINT NOT NULL REFERENCES account (id),
    at BIGINT NOT NULL
);
CREATE INDEX spot_check_unit ON spot_check (unit_id, at);
