-- The daily bulletins of duty offices: numbered, made once, frozen.

CREATE TABLE bulletin (
    id INTEGER PRIMARY KEY,
    unit_id BIGINT NOT NULL REFERENCES unit (id),
    path TEXT NOT NULL, -- where the office stood
    day TEXT NOT NULL,
    year BIGINT NOT NULL,
    number BIGINT NOT NULL, -- in the year, without holes
    until_at BIGINT NOT NULL, -- it tells of what fell due before this instant
    made_at BIGINT NOT NULL,
    letters BIGINT NOT NULL, -- how many persons it was sent to
    content TEXT NOT NULL, -- JSON, without a word of a report
    digest TEXT NOT NULL, -- over the content as it stands here
    duty TEXT, -- JSON: who is on duty the next day; gone with the texts
    salt TEXT,
    CONSTRAINT bulletin_day UNIQUE (unit_id, day),
    CONSTRAINT bulletin_number UNIQUE (unit_id, year, number)
);
CREATE INDEX bulletin_path ON bulletin (path, day);
