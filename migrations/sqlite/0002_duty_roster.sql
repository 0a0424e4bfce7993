-- Who is on duty for a unit on a duty day, who stands in for whom, and how one shift hands over to the next.

CREATE TABLE duty_shift (
    id INTEGER PRIMARY KEY,
    unit_id BIGINT NOT NULL REFERENCES unit (id),
    day TEXT NOT NULL, -- the duty day: it begins at the hour of change
    role TEXT NOT NULL, -- leader, officer
    post TEXT NOT NULL, -- a post, not a person
    address TEXT NOT NULL,
    phone TEXT,
    UNIQUE (unit_id, day, role, address)
);
CREATE INDEX duty_shift_address ON duty_shift (address, day);

-- Between two instants everything for one address goes to another.
CREATE TABLE duty_stand_in (
    id INTEGER PRIMARY KEY,
    unit_id BIGINT NOT NULL REFERENCES unit (id),
    absent TEXT NOT NULL,
    post TEXT NOT NULL,
    address TEXT NOT NULL,
    phone TEXT,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    by_account BIGINT NOT NULL REFERENCES account (id),
    at BIGINT NOT NULL,
    ended_at BIGINT -- taken back before its time
);
CREATE INDEX duty_stand_in_unit ON duty_stand_in (unit_id, ends_at);

-- Two shifts that are to change hands.
CREATE TABLE duty_swap (
    id INTEGER PRIMARY KEY,
    unit_id BIGINT NOT NULL REFERENCES unit (id),
    role TEXT NOT NULL,
    day TEXT NOT NULL,
    address TEXT NOT NULL,
    other_day TEXT NOT NULL,
    other_address TEXT NOT NULL,
    reason TEXT NOT NULL,
    asked_by BIGINT NOT NULL REFERENCES account (id),
    asked_at BIGINT NOT NULL,
    decided_by BIGINT REFERENCES account (id),
    decided_at BIGINT,
    approved BIGINT -- 1 approved, 0 refused; none: waits
);
CREATE INDEX duty_swap_unit ON duty_swap (unit_id, id);

-- A note for the next shift.
CREATE TABLE duty_note (
    id INTEGER PRIMARY KEY,
    unit_id BIGINT NOT NULL REFERENCES unit (id),
    text TEXT NOT NULL,
    by_account BIGINT NOT NULL REFERENCES account (id),
    at BIGINT NOT NULL
);
CREATE INDEX duty_note_unit ON duty_note (unit_id, id);

-- The change of a shift: what lay on the desk when the next officer took over.
CREATE TABLE duty_handover (
    id INTEGER PRIMARY KEY,
    unit_id BIGINT NOT NULL REFERENCES unit (id),
    taken_by BIGINT NOT NULL REFERENCES account (id),
    at BIGINT NOT NULL,
    desk TEXT NOT NULL -- JSON: counts and the notes
);
CREATE INDEX duty_handover_unit ON duty_handover (unit_id, id);

-- A calendar that a person subscribes to by a secret address.
CREATE TABLE duty_feed (
    id INTEGER PRIMARY KEY,
    unit_id BIGINT NOT NULL REFERENCES unit (id),
    address TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    by_account BIGINT NOT NULL REFERENCES account (id),
    at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX duty_feed_unit ON duty_feed (unit_id, id);
