-- The chain of deeds only grows. Whoever owns the database can take these away again; then the hashes tell.

CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0];
END
$$;

CREATE FUNCTION audit_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.number IS DISTINCT FROM (SELECT number + 1 FROM audit_head WHERE id = 1) THEN
        RAISE EXCEPTION 'the chain of deeds grows at its end';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER audit_grows_at_its_end BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_grows();

CREATE TRIGGER audit_is_not_rewritten BEFORE UPDATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses('the chain of deeds is never rewritten');

CREATE TRIGGER audit_is_not_removed BEFORE DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses('no deed is removed from the chain');

-- Its end moves on by one link at a time.
CREATE TRIGGER audit_head_goes_on BEFORE UPDATE ON audit_head FOR EACH ROW
    WHEN (NEW.id IS DISTINCT FROM OLD.id OR NEW.number NOT IN (OLD.number, OLD.number + 1)
        OR (NEW.number = OLD.number AND NEW.hash IS DISTINCT FROM OLD.hash))
    EXECUTE FUNCTION audit_refuses('the end of the chain of deeds only moves on');

CREATE TRIGGER audit_head_stays BEFORE DELETE OR TRUNCATE ON audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses('the chain of deeds keeps its end');
