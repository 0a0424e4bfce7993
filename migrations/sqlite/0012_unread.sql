-- Bulletins that nobody was sent, which the board tells of.

CREATE INDEX bulletin_unread ON bulletin (day) WHERE letters = 0;
