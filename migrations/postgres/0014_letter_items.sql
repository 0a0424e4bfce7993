-- Links name their letter since; `letter.token_hash` stays for those that were sent before.

COMMENT ON COLUMN letter.token_hash IS 'of the link to acknowledge, in letters that were written before links named their letter';
