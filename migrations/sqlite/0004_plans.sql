-- What clerk and officer do when something happens, by class and severity, and what of it is done.

-- One version of a plan; the highest counts, and an empty one withdraws it.
CREATE TABLE plan (
    id INTEGER PRIMARY KEY,
    class TEXT NOT NULL, -- empty: every class
    severity TEXT NOT NULL, -- empty: every severity
    version BIGINT NOT NULL,
    zh TEXT NOT NULL, -- as it was typed
    en TEXT NOT NULL,
    by_account BIGINT REFERENCES account (id), -- none: it came with the program
    at BIGINT NOT NULL,
    CONSTRAINT plan_once UNIQUE (class, severity, version)
);

-- A step of a checklist was done for an incident, or was not done after all.
CREATE TABLE plan_tick (
    id INTEGER PRIMARY KEY,
    incident_id BIGINT NOT NULL REFERENCES incident (id),
    plan_id BIGINT NOT NULL REFERENCES plan (id), -- the version that was read
    step BIGINT NOT NULL, -- counted from 0
    done BIGINT NOT NULL,
    author TEXT NOT NULL, -- as an author is written: device:1, account:1
    at BIGINT NOT NULL
);
CREATE INDEX plan_tick_incident ON plan_tick (incident_id, id);
