-- The units that a workstation reports for: one as a rule, several where one computer serves them.
DROP INDEX device_unit;
CREATE TABLE device_unit (
    id INTEGER PRIMARY KEY,
    device_id BIGINT NOT NULL REFERENCES device (id),
    unit_id BIGINT NOT NULL REFERENCES unit (id),
    bound_at BIGINT NOT NULL,
    ended_at BIGINT
);
INSERT INTO device_unit (device_id, unit_id, bound_at, ended_at)
    SELECT id, unit_id, bound_at, ended_at FROM device ORDER BY id;
CREATE UNIQUE INDEX device_unit_bound ON device_unit (device_id, unit_id) WHERE ended_at IS NULL;
CREATE INDEX device_unit_unit ON device_unit (unit_id);
ALTER TABLE device DROP COLUMN unit_id;
ALTER TABLE device DROP COLUMN ended_at;
