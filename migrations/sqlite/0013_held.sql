-- Letters of a restored copy that wait for a person, which the board counts.

CREATE INDEX letter_held ON letter (id) WHERE state = 'held';
