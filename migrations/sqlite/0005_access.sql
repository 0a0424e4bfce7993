-- What proves who an account holder is, beside his password.

-- A secret of one-time codes.
CREATE TABLE second_factor (
    account_id BIGINT PRIMARY KEY REFERENCES account (id),
    secret TEXT NOT NULL, -- sealed with the key file
    last_step BIGINT NOT NULL, -- of the last code that was taken: none works twice
    begun_at BIGINT NOT NULL,
    confirmed_at BIGINT -- when its first code was right; it counts from then on
);

-- Codes for the day on which the phone is lost; each works once.
CREATE TABLE recovery_code (
    account_id BIGINT NOT NULL REFERENCES account (id),
    code_hash TEXT NOT NULL,
    used_at BIGINT,
    CONSTRAINT recovery_code_once PRIMARY KEY (account_id, code_hash)
);

-- Passwords that must not come again so soon.
CREATE TABLE former_password (
    id INTEGER PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES account (id),
    password TEXT NOT NULL, -- argon2id
    set_at BIGINT NOT NULL
);
CREATE INDEX former_password_account ON former_password (account_id);
