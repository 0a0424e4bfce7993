-- Instants are Unix milliseconds in UTC; truth values are 0 and 1; days are ISO dates; JSON is text.
-- The PostgreSQL twin differs in how identities and the order of text are written, and in nothing else.

-- ---- Units ----------------------------------------------------------------------------------------------

CREATE TABLE unit (
    id INTEGER PRIMARY KEY,
    created_at BIGINT NOT NULL
);

-- The versions of a unit; the one in force has no valid_until.
CREATE TABLE unit_version (
    id INTEGER PRIMARY KEY,
    unit_id BIGINT NOT NULL REFERENCES unit (id),
    parent_id BIGINT REFERENCES unit (id),
    path TEXT NOT NULL,
    code TEXT,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT
);
CREATE UNIQUE INDEX unit_version_in_force ON unit_version (unit_id) WHERE valid_until IS NULL;
CREATE UNIQUE INDEX unit_version_code ON unit_version (code) WHERE valid_until IS NULL AND code IS NOT NULL;
CREATE UNIQUE INDEX unit_version_name ON unit_version (parent_id, name) WHERE valid_until IS NULL;
CREATE INDEX unit_version_path ON unit_version (path) WHERE valid_until IS NULL;
CREATE INDEX unit_version_history ON unit_version (unit_id, valid_from);

CREATE TABLE lineage (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL, -- rename, merge, split, abolish
    predecessor_id BIGINT NOT NULL REFERENCES unit (id),
    successor_id BIGINT REFERENCES unit (id),
    at BIGINT NOT NULL,
    reason TEXT NOT NULL
);

-- Duty contacts of a unit: posts, never persons.
CREATE TABLE contact (
    unit_id BIGINT NOT NULL REFERENCES unit (id),
    purpose TEXT NOT NULL, -- reporter, backup, head
    address TEXT NOT NULL,
    position BIGINT NOT NULL,
    CONSTRAINT contact_once PRIMARY KEY (unit_id, purpose, address)
);

CREATE TABLE duty_post (
    unit_id BIGINT PRIMARY KEY REFERENCES unit (id),
    post TEXT,
    phone TEXT
);

-- An address that a mail server refused for good.
CREATE TABLE bad_address (
    address TEXT PRIMARY KEY,
    since BIGINT NOT NULL,
    words TEXT NOT NULL
);

-- ---- Access ---------------------------------------------------------------------------------------------

CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    login TEXT NOT NULL,
    label TEXT NOT NULL, -- the post that the account stands for
    address TEXT,
    language TEXT NOT NULL,
    password TEXT, -- argon2id
    password_at BIGINT, -- when it was set
    epoch BIGINT NOT NULL,
    locked_at BIGINT,
    expires_at BIGINT,
    signed_in_at BIGINT, -- the last time
    created_at BIGINT NOT NULL,
    CONSTRAINT account_login UNIQUE (login)
);

CREATE TABLE role_grant (
    id INTEGER PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES account (id),
    role TEXT NOT NULL,
    unit_id BIGINT REFERENCES unit (id),
    granted_at BIGINT NOT NULL
);
CREATE INDEX role_grant_account ON role_grant (account_id);

-- A workstation, bound to its unit.
CREATE TABLE device (
    id INTEGER PRIMARY KEY,
    unit_id BIGINT NOT NULL REFERENCES unit (id),
    label TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    bound_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    ended_at BIGINT,
    CONSTRAINT device_token UNIQUE (token_hash)
);
CREATE INDEX device_unit ON device (unit_id);

-- A one-time code that binds a workstation to its unit.
CREATE TABLE slip (
    id INTEGER PRIMARY KEY,
    unit_id BIGINT NOT NULL REFERENCES unit (id),
    code_hash TEXT NOT NULL,
    way TEXT NOT NULL, -- paper, mail
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    CONSTRAINT slip_code UNIQUE (code_hash)
);
CREATE INDEX slip_unit ON slip (unit_id);

-- A one-time link that signs an account in.
CREATE TABLE sign_in_link (
    token_hash TEXT PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES account (id),
    purpose TEXT NOT NULL, -- enter, password
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE TABLE session (
    token_hash TEXT PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES account (id),
    epoch BIGINT NOT NULL,
    how TEXT NOT NULL, -- password, link
    browser TEXT NOT NULL, -- such as Chrome, Windows
    awaits TEXT NOT NULL, -- empty once it is whole; before: code, enrol, password
    began_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX session_account ON session (account_id);

CREATE TABLE api_token (
    id INTEGER PRIMARY KEY,
    token_hash TEXT NOT NULL,
    label TEXT NOT NULL,
    unit_id BIGINT NOT NULL REFERENCES unit (id), -- it reaches this unit and all below it
    scope TEXT NOT NULL, -- report, read
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL, -- 0 until it is first used
    ended_at BIGINT,
    CONSTRAINT api_token_hash UNIQUE (token_hash)
);

-- Growing delays of every door that tests a secret.
CREATE TABLE throttle (
    door TEXT NOT NULL,
    subject TEXT NOT NULL,
    failures BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL,
    CONSTRAINT throttle_once PRIMARY KEY (door, subject)
);

-- ---- Periods, rounds, obligations -----------------------------------------------------------------------

CREATE TABLE ladder (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    steps TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT ladder_version UNIQUE (name, version)
);

CREATE TABLE period (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    basis TEXT NOT NULL,
    level TEXT NOT NULL,
    scope TEXT NOT NULL, -- JSON
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    stopped_at BIGINT,
    drill BIGINT NOT NULL,
    declared_at BIGINT NOT NULL
);

-- The versions of the rules of a period; a new version begins on a business date.
CREATE TABLE round_rule (
    id INTEGER PRIMARY KEY,
    period_id BIGINT NOT NULL REFERENCES period (id),
    label TEXT NOT NULL,
    opens TEXT NOT NULL,
    due TEXT NOT NULL,
    grace_ms BIGINT NOT NULL,
    closes TEXT NOT NULL,
    days TEXT NOT NULL,
    roll_up BIGINT NOT NULL,
    ladder_id BIGINT NOT NULL REFERENCES ladder (id),
    valid_from TEXT NOT NULL,
    valid_until TEXT
);
CREATE INDEX round_rule_period ON round_rule (period_id);

CREATE TABLE round (
    id INTEGER PRIMARY KEY,
    rule_id BIGINT NOT NULL REFERENCES round_rule (id),
    period_id BIGINT NOT NULL REFERENCES period (id),
    business_date TEXT NOT NULL,
    label TEXT NOT NULL,
    level TEXT NOT NULL,
    opens_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    grace_ms BIGINT NOT NULL,
    closes_at BIGINT NOT NULL,
    ladder_id BIGINT NOT NULL REFERENCES ladder (id),
    drill BIGINT NOT NULL,
    roll_up BIGINT NOT NULL,
    unit_cursor BIGINT NOT NULL, -- the last unit whose obligation is written
    opened_at BIGINT,            -- set when every obligation is written
    sealed_at BIGINT, -- the seal is over the receipts before this instant
    seal TEXT,
    CONSTRAINT round_once UNIQUE (rule_id, business_date)
);
CREATE INDEX round_closes ON round (closes_at);
CREATE INDEX round_unsealed ON round (closes_at) WHERE sealed_at IS NULL;

CREATE TABLE obligation (
    id INTEGER PRIMARY KEY,
    unit_id BIGINT NOT NULL REFERENCES unit (id),
    path TEXT NOT NULL, -- where the unit stood when the round opened
    kind TEXT NOT NULL,
    subject TEXT NOT NULL, -- the incident of a follow-up, else empty
    round_id BIGINT REFERENCES round (id),
    business_date TEXT NOT NULL,
    opens_at BIGINT NOT NULL,
    scheduled_due BIGINT NOT NULL,
    scheduled_closes BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    grace_ms BIGINT NOT NULL,
    closes_at BIGINT NOT NULL,
    drill BIGINT NOT NULL,
    first_received_at BIGINT,
    latest_check_in BIGINT,
    provenance TEXT, -- of the latest check-in
    content TEXT,    -- of the latest check-in: all_clear, incident, roll_up
    claim TEXT,      -- of an offline report's own time: pending, accepted, refused
    excused_at BIGINT,
    resumption BIGINT NOT NULL,  -- when its paused chase goes on; 0: never paused
    paused_step BIGINT NOT NULL, -- the last step at which it was paused; -1: never
    CONSTRAINT obligation_once UNIQUE (unit_id, kind, subject, drill, scheduled_due)
);
CREATE INDEX obligation_round ON obligation (round_id, path);
CREATE INDEX obligation_unmet ON obligation (round_id, due_at, resumption, id)
    WHERE first_received_at IS NULL AND excused_at IS NULL;
CREATE INDEX obligation_claim ON obligation (path) WHERE claim = 'pending';

-- Every round, and so every period and rule, that an obligation serves (rule 14).
CREATE TABLE obligation_source (
    obligation_id BIGINT NOT NULL REFERENCES obligation (id),
    round_id BIGINT NOT NULL REFERENCES round (id),
    CONSTRAINT obligation_source_once PRIMARY KEY (obligation_id, round_id)
);
CREATE INDEX obligation_source_round ON obligation_source (round_id);

CREATE TABLE excusal (
    id INTEGER PRIMARY KEY,
    obligation_id BIGINT NOT NULL REFERENCES obligation (id),
    decided_by BIGINT NOT NULL REFERENCES account (id),
    decided_at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    undone_at BIGINT
);
CREATE INDEX excusal_obligation ON excusal (obligation_id);

CREATE TABLE extension (
    id INTEGER PRIMARY KEY,
    obligation_id BIGINT NOT NULL REFERENCES obligation (id),
    decided_by BIGINT NOT NULL REFERENCES account (id),
    decided_at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    due_before BIGINT NOT NULL,
    due_after BIGINT NOT NULL,
    undone_at BIGINT
);
CREATE INDEX extension_obligation ON extension (obligation_id);

CREATE TABLE outage (
    id INTEGER PRIMARY KEY,
    began_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    cause TEXT NOT NULL -- stopped, clock_forward, clock_back
);

-- ---- Check-ins and incidents ----------------------------------------------------------------------------

CREATE TABLE incident (
    id INTEGER PRIMARY KEY,
    unit_id BIGINT NOT NULL REFERENCES unit (id),
    path TEXT NOT NULL,
    class TEXT NOT NULL,
    severity TEXT NOT NULL,
    urgent BIGINT NOT NULL,
    drill BIGINT NOT NULL,
    occurred_at BIGINT,
    learned_at BIGINT,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    reopened_at BIGINT, -- the last time
    joined_to BIGINT REFERENCES incident (id) -- the head of its family
);
CREATE INDEX incident_joined ON incident (joined_to) WHERE joined_to IS NOT NULL;
CREATE INDEX incident_open ON incident (opened_at) WHERE closed_at IS NULL;
CREATE INDEX incident_unit ON incident (unit_id);

CREATE TABLE check_in (
    id INTEGER PRIMARY KEY, -- the number on the receipt
    unit_id BIGINT NOT NULL REFERENCES unit (id),
    uuid TEXT NOT NULL,
    obligation_id BIGINT REFERENCES obligation (id),
    incident_id BIGINT REFERENCES incident (id), -- that it opened, told of, or takes back
    kind TEXT NOT NULL, -- all_clear, incident, roll_up
    provenance TEXT NOT NULL,
    author TEXT NOT NULL, -- device:1, account:1, token:1
    door TEXT NOT NULL, -- page, api
    received_at BIGINT NOT NULL,
    claimed_at BIGINT,
    supersedes BIGINT,
    reason TEXT,
    caller_post TEXT,
    called_at BIGINT,
    review TEXT NOT NULL, -- none, awaiting, confirmed, refused
    facts TEXT NOT NULL, -- JSON: class, severity, counts, instants, urgent; no free text
    narrative TEXT, -- JSON: place, what, measures; gone after a redaction, with its salt
    salt TEXT,
    text_digest TEXT NOT NULL,
    digest TEXT NOT NULL,
    CONSTRAINT check_in_once UNIQUE (unit_id, uuid)
);
CREATE INDEX check_in_obligation ON check_in (obligation_id, id);
-- The last incident of a unit outside every round; those that wait for the duty office.
CREATE INDEX check_in_unattached ON check_in (unit_id, id) WHERE obligation_id IS NULL;
CREATE INDEX check_in_awaiting ON check_in (id) WHERE review = 'awaiting';

CREATE TABLE incident_report (
    id INTEGER PRIMARY KEY,
    incident_id BIGINT NOT NULL REFERENCES incident (id),
    number BIGINT NOT NULL,
    kind TEXT NOT NULL, -- first, follow_up, verification, final
    check_in_id BIGINT NOT NULL REFERENCES check_in (id),
    at BIGINT NOT NULL,
    CONSTRAINT incident_report_number UNIQUE (incident_id, number),
    CONSTRAINT incident_report_check_in UNIQUE (check_in_id)
);

CREATE TABLE alert (
    id INTEGER PRIMARY KEY,
    report_id BIGINT NOT NULL REFERENCES incident_report (id),
    incident_id BIGINT NOT NULL REFERENCES incident (id),
    policy TEXT NOT NULL, -- JSON, pinned when raised
    progress TEXT NOT NULL, -- JSON of the state machine
    raised_at BIGINT NOT NULL,
    next_at BIGINT, -- when it wants to be looked at; none: acknowledged or exhausted
    red TEXT, -- the last reason why it is red: nobody, failed, silent, exhausted
    acknowledged_at BIGINT,
    exhausted_at BIGINT,
    CONSTRAINT alert_report UNIQUE (report_id)
);
CREATE INDEX alert_next ON alert (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX alert_open ON alert (raised_at) WHERE acknowledged_at IS NULL;

-- ---- Chase and outbox -----------------------------------------------------------------------------------

-- How far the chase of one group has come: the obligations of a round with one effective due time and one resumption.
CREATE TABLE chase (
    round_id BIGINT NOT NULL REFERENCES round (id),
    due_at BIGINT NOT NULL,
    resumption BIGINT NOT NULL,
    closes_at BIGINT NOT NULL,
    progress TEXT NOT NULL, -- JSON: last step, shift, pause
    firing TEXT, -- JSON: the steps that are being turned into letters, in chunks
    obligation_cursor BIGINT NOT NULL, -- the last obligation whose letters are written
    next_at BIGINT, -- when the next step is due; none: the ladder has ended
    CONSTRAINT chase_once PRIMARY KEY (round_id, due_at, resumption)
);
CREATE INDEX chase_next ON chase (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE letter (
    id INTEGER PRIMARY KEY,
    dedup_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    priority BIGINT NOT NULL, -- 0 goes first
    address TEXT NOT NULL,
    language TEXT NOT NULL,
    round_id BIGINT REFERENCES round (id),
    due_at BIGINT,
    step BIGINT,
    resumption BIGINT,
    alert_id BIGINT REFERENCES alert (id),
    pass BIGINT,
    details TEXT NOT NULL, -- JSON: what only this kind of letter needs
    message_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ready BIGINT NOT NULL, -- 0 while chunks still add units to it
    not_before BIGINT NOT NULL,
    state TEXT NOT NULL, -- waiting, accepted, dead, obsolete, held
    lease TEXT, -- who has it in hand: instance.turn
    lease_until BIGINT,
    begun_at BIGINT, -- when the attempt in hand was begun; its bytes are on disk before the first goes out
    attempts BIGINT NOT NULL,
    doubts BIGINT NOT NULL,
    frozen TEXT, -- the bytes of the first attempt
    ended_at BIGINT,
    failure TEXT, -- why it is dead
    passed_at BIGINT, -- when the units of a dead letter were passed on
    handled_at BIGINT, -- when a person saw to a dead letter
    token_hash TEXT, -- of the link to acknowledge
    acknowledged_at BIGINT,
    CONSTRAINT letter_once UNIQUE (dedup_key)
);
CREATE INDEX letter_waiting ON letter (priority, not_before, id)
    WHERE state = 'waiting' AND ready = 1 AND lease IS NULL;
CREATE INDEX letter_leased ON letter (lease_until) WHERE state = 'waiting' AND lease IS NOT NULL;
CREATE INDEX letter_dead ON letter (ended_at) WHERE state = 'dead';
CREATE INDEX letter_alert ON letter (alert_id) WHERE alert_id IS NOT NULL;
CREATE INDEX letter_round ON letter (round_id, due_at, resumption, step) WHERE round_id IS NOT NULL;
CREATE UNIQUE INDEX letter_token ON letter (token_hash) WHERE token_hash IS NOT NULL;

-- Which units a letter names: the proof of promise 2.
CREATE TABLE letter_item (
    letter_id BIGINT NOT NULL REFERENCES letter (id),
    obligation_id BIGINT NOT NULL REFERENCES obligation (id),
    CONSTRAINT letter_item_once PRIMARY KEY (letter_id, obligation_id)
);
CREATE INDEX letter_item_obligation ON letter_item (obligation_id);

CREATE TABLE letter_attempt (
    id INTEGER PRIMARY KEY,
    letter_id BIGINT NOT NULL REFERENCES letter (id),
    began_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    stage TEXT NOT NULL,
    outcome TEXT NOT NULL,
    code BIGINT,
    words TEXT NOT NULL
);
CREATE INDEX letter_attempt_letter ON letter_attempt (letter_id);

-- A step that had nobody to write to for a unit: red on the board.
CREATE TABLE gap (
    obligation_id BIGINT NOT NULL REFERENCES obligation (id),
    due_at BIGINT NOT NULL,
    step BIGINT NOT NULL,
    at BIGINT NOT NULL,
    reason TEXT NOT NULL, -- no_address, all_failed
    CONSTRAINT gap_once PRIMARY KEY (obligation_id, due_at, step)
);

-- One row: what the mail relay did last.
CREATE TABLE relay (
    id BIGINT PRIMARY KEY,
    paused_until BIGINT,
    pauses BIGINT NOT NULL,
    stopped_at BIGINT, -- misconfigured: an operator must act
    words TEXT,
    last_accepted_at BIGINT
);

CREATE TABLE acknowledgement (
    id INTEGER PRIMARY KEY,
    letter_id BIGINT REFERENCES letter (id),
    alert_id BIGINT REFERENCES alert (id),
    via TEXT NOT NULL, -- link, page, phone
    by_address TEXT,
    by_account BIGINT REFERENCES account (id),
    entered_by BIGINT REFERENCES account (id),
    caller_post TEXT,
    called_at BIGINT,
    remark TEXT, -- what was said with it
    at BIGINT NOT NULL
);
CREATE INDEX acknowledgement_alert ON acknowledgement (alert_id);
CREATE INDEX acknowledgement_letter ON acknowledgement (letter_id);

CREATE TABLE contact_attempt (
    id INTEGER PRIMARY KEY,
    obligation_id BIGINT NOT NULL REFERENCES obligation (id),
    how TEXT NOT NULL, -- phone
    result TEXT NOT NULL, -- reached, no_answer
    note TEXT,
    by_account BIGINT NOT NULL REFERENCES account (id),
    at BIGINT NOT NULL,
    undone_at BIGINT
);
CREATE INDEX contact_attempt_obligation ON contact_attempt (obligation_id);

-- ---- The service about itself ---------------------------------------------------------------------------

CREATE TABLE audit (
    number BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    deed TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL, -- JSON
    hash TEXT NOT NULL
);

-- One row: the end of the audit chain; locked by whoever writes the next link.
CREATE TABLE audit_head (
    id BIGINT PRIMARY KEY,
    number BIGINT NOT NULL,
    hash TEXT NOT NULL
);

-- One row an instance: when it last proved that it lives.
CREATE TABLE heartbeat (
    instance TEXT PRIMARY KEY,
    beat_at BIGINT NOT NULL,
    ticked_at BIGINT
);

-- One row: what this deployment is.
CREATE TABLE deployment (
    id BIGINT PRIMARY KEY,
    uuid TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    restored_at BIGINT
);

INSERT INTO audit_head (id, number, hash) VALUES (1, 0, '');
INSERT INTO relay (id, pauses) VALUES (1, 0);
