-- The chain of deeds only grows. Whoever owns the database can take these away again; then the hashes tell.

CREATE TRIGGER audit_grows_at_its_end BEFORE INSERT ON audit
WHEN NEW.number IS NOT (SELECT number + 1 FROM audit_head WHERE id = 1)
BEGIN
    SELECT RAISE(ABORT, 'the chain of deeds grows at its end');
END;

CREATE TRIGGER audit_is_not_rewritten BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the chain of deeds is never rewritten');
END;

CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'no deed is removed from the chain');
END;

-- Its end moves on by one link at a time.
CREATE TRIGGER audit_head_goes_on BEFORE UPDATE ON audit_head
WHEN NEW.id IS NOT OLD.id OR NEW.number NOT IN (OLD.number, OLD.number + 1)
    OR (NEW.number = OLD.number AND NEW.hash IS NOT OLD.hash)
BEGIN
    SELECT RAISE(ABORT, 'the end of the chain of deeds only moves on');
END;

CREATE TRIGGER audit_head_stays BEFORE DELETE ON audit_head
BEGIN
    SELECT RAISE(ABORT, 'the chain of deeds keeps its end');
END;

-- That words were taken out of a report, and why; not which.
CREATE TABLE redaction (
    id INTEGER PRIMARY KEY,
    check_in_id BIGINT NOT NULL REFERENCES check_in (id),
    by_account BIGINT NOT NULL REFERENCES account (id),
    at BIGINT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX redaction_check_in ON redaction (check_in_id);
