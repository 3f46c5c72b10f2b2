-- Who was told what. One row an event and receiver; while it is pending `body` holds the event as JSON, once told it is empty.
-- `first_at`: when it came up; `told_at`: when the receiver took it; `held_until`: until then one program is at it.

CREATE TABLE notified (
    receiver TEXT NOT NULL,
    event TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    told_at BIGINT,
    held_until BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (receiver, event)
) /*sqlite WITHOUT ROWID */;
