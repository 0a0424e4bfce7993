-- What a letter names is kept in the order of its key alone, not besides as a table: each letter of a deadline writes less.
-- Links name their letter since; `letter.token_hash` stays for those that were sent before.

CREATE TABLE letter_names (
    letter_id BIGINT NOT NULL REFERENCES letter (id),
    obligation_id BIGINT NOT NULL REFERENCES obligation (id),
    CONSTRAINT letter_item_once PRIMARY KEY (letter_id, obligation_id)
) WITHOUT ROWID;
INSERT INTO letter_names (letter_id, obligation_id)
    SELECT letter_id, obligation_id FROM letter_item ORDER BY letter_id, obligation_id;
DROP TABLE letter_item;
ALTER TABLE letter_names RENAME TO letter_item;
CREATE INDEX letter_item_obligation ON letter_item (obligation_id);
