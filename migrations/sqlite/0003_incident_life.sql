-- What becomes of incidents beside the reports on them, and what people find of how they were reported.

CREATE TABLE incident_event (
    id INTEGER PRIMARY KEY,
    incident_id BIGINT NOT NULL REFERENCES incident (id),
    at BIGINT NOT NULL,
    kind TEXT NOT NULL, -- closed, reopened, joined, parted, linked
    by_account BIGINT REFERENCES account (id), -- none: by its final report
    reason TEXT,
    other_id BIGINT REFERENCES incident (id), -- to which it was joined, from which it was taken
    check_in_id BIGINT REFERENCES check_in (id) -- the final report; the all clear that is linked to the event
);
CREATE INDEX incident_event_incident ON incident_event (incident_id, id);

-- A person's judgement, and what the unit says to it; both stand.
CREATE TABLE finding (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL, -- late, omitted, understated, false, concealed
    unit_id BIGINT NOT NULL REFERENCES unit (id),
    path TEXT NOT NULL, -- where the unit stood
    incident_id BIGINT REFERENCES incident (id),
    obligation_id BIGINT REFERENCES obligation (id),
    note TEXT NOT NULL,
    by_account BIGINT NOT NULL REFERENCES account (id),
    at BIGINT NOT NULL,
    reply TEXT,
    replied_by TEXT, -- as an author is written: device:1, account:1, token:1
    replied_at BIGINT
);
CREATE INDEX finding_unit ON finding (unit_id, id);
CREATE INDEX finding_incident ON finding (incident_id) WHERE incident_id IS NOT NULL;
