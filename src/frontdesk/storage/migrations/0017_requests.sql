-- An app's own calls are looked through by its makers: without an index that would be the whole ring.
CREATE INDEX decisions_by_client ON decisions (client_id, position) WHERE client_id <> '';
