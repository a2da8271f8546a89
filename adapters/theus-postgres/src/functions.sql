-- What happens in each commit is in as few statements as can be: each of them takes some microseconds, whatever it does.

-- What all sessions count together, as JSON: later than the tables, and behind what there was. The function of those who do not know of
-- it leaves it as it is.
ALTER TABLE audit ADD COLUMN IF NOT EXISTS counts text;

-- One write. Code 0: done. Else nothing but the audit's part is.
CREATE OR REPLACE FUNCTION write(
    p_writer bigint, p_number bigint, p_name bytea, p_expected bigint, p_goes_on boolean,
    p_fence bigint, p_sequences bigint[], p_previous bytea[], p_hashes bytea[], p_records text[],
    p_has_interlock boolean, p_interlock text,
    p_is_first boolean, p_chain bytea, p_schema bigint, p_base bytea,
    p_step bigint, p_version bigint, p_step_chain bytea, p_entry bytea, p_migrates bigint,
    p_field_paths bytea[], p_field_values bytea[], p_field_written boolean[],
    p_first_entry_paths bytea[], p_first_entry_keys bytea[], p_first_entry_values bytea[],
    p_paths bytea[], p_values bytea[], p_entry_paths bytea[], p_entry_keys bytea[], p_entry_values bytea[],
    p_has_place boolean, p_position bytea, p_settled text, p_due bigint, p_ready boolean,
    p_raised bigint[], p_raised_bodies bytea[], p_raised_payloads bytea[], p_taken bigint[],
    p_has_counts boolean, p_counts bytea,
    p_answer_key bytea, p_answer_at bigint, p_answer bytea,
    p_messages bigint[], p_messages_dead boolean[], p_messages_bodies bytea[], p_last_message bigint, p_delivered bigint[],
    p_has_shared boolean, p_shared text,
    OUT code integer, OUT at_step bigint, OUT said bytea, OUT said_text text
) LANGUAGE plpgsql AS $$
DECLARE
    s session;
    a audit;
    found_row record;
    is_there boolean;
    has_entries boolean;
    changed bigint;
BEGIN
    code := 0; at_step := 0;
    -- The transaction of this number of a writer, which has done all before it; or nothing is done.
    IF p_writer IS NOT NULL THEN
        UPDATE writer SET number = p_number, touched = clock_timestamp() WHERE id = p_writer AND number = p_number - 1;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'this writer was given up' USING ERRCODE = 'TH001';
        END IF;
    END IF;
    -- What latches or resets the interlock comes after the runs that are under way, and before those that come. An expression is
    -- no statement.
    IF p_has_interlock THEN
        IF pg_advisory_xact_lock('audit'::regclass::oid::integer, 1) IS NULL THEN END IF;
    ELSIF p_step IS NOT NULL THEN
        IF pg_advisory_xact_lock_shared('audit'::regclass::oid::integer, 1) IS NULL THEN END IF;
    END IF;
    -- 1. The audit's part.
    IF p_has_interlock OR p_has_shared OR cardinality(p_sequences) > 0 THEN
        SELECT * INTO a FROM audit WHERE one FOR UPDATE;
        FOR i IN 1 .. cardinality(p_sequences) LOOP
            IF p_sequences[i] <= a.last THEN
                PERFORM 1 FROM ledger WHERE sequence = p_sequences[i] AND hash = p_hashes[i];
                CONTINUE WHEN FOUND;
            END IF;
            IF p_sequences[i] <> a.last + 1 OR p_previous[i] <> a.hash THEN
                code := 7; at_step := a.last; said_text := p_sequences[i]::text;
                EXIT;
            END IF;
            INSERT INTO ledger VALUES (p_sequences[i], p_hashes[i], p_records[i]);
            a.last := p_sequences[i]; a.hash := p_hashes[i];
        END LOOP;
        IF code = 0 AND p_has_interlock THEN
            a.interlock := p_interlock;
        END IF;
        IF code = 0 AND p_has_shared THEN
            a.counts := p_shared;
        END IF;
        UPDATE audit SET last = a.last, hash = a.hash, interlock = a.interlock, counts = a.counts WHERE one;
        IF code <> 0 THEN
            RETURN;
        END IF;
    END IF;
    -- 3. Is it there?
    SELECT t AS own, l.interlock, EXISTS(SELECT 1 FROM entry e WHERE e.session = t.id) AS has_entries INTO found_row
        FROM session t CROSS JOIN audit l WHERE sha256(t.name) = sha256(p_name) AND l.one FOR UPDATE OF t;
    is_there := FOUND;
    IF is_there THEN
        s := found_row.own;
        has_entries := found_row.has_entries;
    END IF;
    IF is_there AND p_is_first THEN
        code := 1;
        RETURN;
    END IF;
    IF NOT is_there AND NOT p_is_first THEN
        code := 2;
        RETURN;
    END IF;
    -- 8. Whose is it?
    IF is_there THEN
        at_step := s.step;
        IF p_fence IS NOT NULL AND p_fence <> s.fence THEN
            code := 3;
            said := CASE WHEN s.leased_until > clock_timestamp() THEN s.leased_by END;
            RETURN;
        END IF;
        IF p_fence IS NULL AND p_goes_on AND s.leased_by IS NOT NULL AND s.leased_until > clock_timestamp() THEN
            code := 3; said := s.leased_by;
            RETURN;
        END IF;
    END IF;
    -- 3. Is it at this step?
    IF p_goes_on AND at_step <> p_expected THEN
        code := 2;
        RETURN;
    END IF;
    -- 2. Is the interlock latched?
    IF p_step IS NOT NULL AND p_migrates IS NULL THEN
        IF NOT is_there THEN
            SELECT l.interlock INTO found_row FROM audit l WHERE l.one;
        END IF;
        IF found_row.interlock IS NOT NULL THEN
            code := 4; said_text := found_row.interlock;
            RETURN;
        END IF;
    END IF;
    IF p_step IS NOT NULL AND p_step <> at_step + 1 THEN
        code := 5;
        RETURN;
    END IF;
    -- 5. Are the numbers of its events free?
    IF cardinality(p_raised) > 0 THEN
        IF (SELECT count(DISTINCT number) FROM unnest(p_raised) number) < cardinality(p_raised)
            OR (is_there AND EXISTS (SELECT 1 FROM event WHERE session = s.id AND number = ANY(p_raised))) THEN
            code := 2;
            RETURN;
        END IF;
    END IF;
    -- 6. Has it given an answer under this key?
    IF p_answer_key IS NOT NULL AND is_there THEN
        PERFORM 1 FROM answer WHERE session = s.id AND sha256(key) = sha256(p_answer_key);
        IF FOUND THEN
            code := 6;
            RETURN;
        END IF;
    END IF;
    -- From here on it is written.
    IF p_is_first THEN
        INSERT INTO session(name, step, version, chain, schema, base_step, base, ready, events, last_message, fence)
            VALUES (p_name, 0, 0, p_chain, p_schema, 0, p_base, false, 0, '-9223372036854775808', 0)
            ON CONFLICT DO NOTHING RETURNING * INTO s;
        IF NOT FOUND THEN
            -- Another program has begun it since it was looked for.
            code := 1;
            RETURN;
        END IF;
        INSERT INTO field SELECT s.id, f.path, f.value, f.written
            FROM unnest(p_field_paths, p_field_values, p_field_written) f(path, value, written);
        has_entries := cardinality(p_first_entry_paths) > 0;
        INSERT INTO entry SELECT s.id, e.path, e.key, e.value
            FROM unnest(p_first_entry_paths, p_first_entry_keys, p_first_entry_values) e(path, key, value);
    END IF;
    IF p_step IS NOT NULL THEN
        IF p_migrates IS NOT NULL THEN
            DELETE FROM field WHERE session = s.id;
            DELETE FROM entry WHERE session = s.id;
            s.schema := p_migrates;
        END IF;
        -- Entries are gone with the whole that comes in their place.
        IF has_entries THEN
            DELETE FROM entry WHERE session = s.id AND sha256(path) IN
                (SELECT sha256(p.path) FROM unnest(p_paths, p_values) p(path, value) WHERE p.value IS NOT NULL);
        END IF;
        INSERT INTO field SELECT s.id, p.path, p.value, true
            FROM unnest(p_paths, p_values) p(path, value) WHERE p.value IS NOT NULL
            ON CONFLICT (session, sha256(path)) DO UPDATE SET value = excluded.value, written = true;
        IF array_position(p_values, NULL) IS NOT NULL THEN
            INSERT INTO field SELECT s.id, p.path, ''::bytea, true
                FROM unnest(p_paths, p_values) p(path, value) WHERE p.value IS NULL
                ON CONFLICT (session, sha256(path)) DO UPDATE SET written = true;
        END IF;
        FOR i IN 1 .. cardinality(p_entry_paths) LOOP
            INSERT INTO entry VALUES (s.id, p_entry_paths[i], p_entry_keys[i], p_entry_values[i])
                ON CONFLICT (session, sha256(path), sha256(key)) DO UPDATE SET value = excluded.value;
        END LOOP;
        INSERT INTO journal VALUES (s.id, p_step, p_entry);
        s.step := p_step; s.version := p_version; s.chain := p_step_chain;
    END IF;
    IF p_has_place THEN
        s.position := p_position; s.settled := p_settled; s.due := p_due; s.ready := p_ready;
    END IF;
    IF cardinality(p_raised) > 0 THEN
        INSERT INTO event SELECT s.id, e.number, e.body, e.payload
            FROM unnest(p_raised, p_raised_bodies, p_raised_payloads) e(number, body, payload);
        s.events := s.events + cardinality(p_raised);
    END IF;
    IF cardinality(p_taken) > 0 THEN
        DELETE FROM event WHERE session = s.id AND number = ANY(p_taken);
        GET DIAGNOSTICS changed = ROW_COUNT;
        s.events := s.events - changed;
    END IF;
    IF p_has_counts THEN
        s.counts := p_counts;
    END IF;
    IF p_answer_key IS NOT NULL THEN
        INSERT INTO answer VALUES (s.id, p_answer_key, p_answer_at, p_answer);
    END IF;
    FOR i IN 1 .. cardinality(p_messages) LOOP
        IF p_step IS NOT NULL THEN
            INSERT INTO message VALUES (s.id, p_messages[i], p_name, p_messages_dead[i], p_messages_bodies[i])
                ON CONFLICT (session, number) DO UPDATE SET is_dead = excluded.is_dead, body = excluded.body;
        ELSE
            UPDATE message SET is_dead = p_messages_dead[i], body = p_messages_bodies[i]
                WHERE session = s.id AND number = p_messages[i];
        END IF;
    END LOOP;
    IF p_step IS NOT NULL AND cardinality(p_messages) > 0 THEN
        s.last_message := greatest(s.last_message, p_last_message);
    END IF;
    IF cardinality(p_delivered) > 0 THEN
        DELETE FROM message WHERE session = s.id AND number = ANY(p_delivered);
    END IF;
    -- Columns of indexes are not among them: the row stays on its page.
    UPDATE session SET step = s.step, version = s.version, chain = s.chain, schema = s.schema, position = s.position,
        settled = s.settled, due = s.due, ready = s.ready, counts = s.counts, events = s.events, last_message = s.last_message
        WHERE id = s.id;
END $$;

CREATE OR REPLACE FUNCTION prune(p_name bytea, p_step bigint, p_base bytea, OUT code integer, OUT at_step bigint) LANGUAGE plpgsql AS $$
DECLARE
    s session;
BEGIN
    code := 0;
    SELECT * INTO s FROM session WHERE sha256(name) = sha256(p_name) FOR UPDATE;
    at_step := s.step;
    IF s.id IS NULL OR p_step <= s.base_step THEN
        RETURN;
    END IF;
    IF p_step > s.step THEN
        code := 2;
        RETURN;
    END IF;
    DELETE FROM journal WHERE session = s.id AND step <= p_step;
    UPDATE session SET base_step = p_step, base = p_base WHERE id = s.id;
END $$;

CREATE OR REPLACE FUNCTION remove(p_name bytea, p_step bigint, OUT code integer, OUT at_step bigint) LANGUAGE plpgsql AS $$
DECLARE
    s session;
BEGIN
    code := 0;
    SELECT * INTO s FROM session WHERE sha256(name) = sha256(p_name) FOR UPDATE;
    at_step := s.step;
    IF s.id IS NULL THEN
        RETURN;
    END IF;
    IF s.step <> p_step THEN
        code := 2;
        RETURN;
    END IF;
    DELETE FROM field WHERE session = s.id;
    DELETE FROM entry WHERE session = s.id;
    DELETE FROM journal WHERE session = s.id;
    DELETE FROM event WHERE session = s.id;
    DELETE FROM answer WHERE session = s.id;
    DELETE FROM message WHERE session = s.id;
    DELETE FROM session WHERE id = s.id;
END $$;

CREATE OR REPLACE FUNCTION lease(p_name bytea, p_owner bytea, p_seconds double precision,
    OUT code integer, OUT at_step bigint, OUT said bytea) LANGUAGE plpgsql AS $$
DECLARE
    s session;
BEGIN
    code := 0;
    SELECT * INTO s FROM session WHERE sha256(name) = sha256(p_name) FOR UPDATE;
    IF s.id IS NULL THEN
        code := 2;
        RETURN;
    END IF;
    IF s.leased_by IS DISTINCT FROM p_owner THEN
        IF s.leased_until > clock_timestamp() THEN
            code := 3; said := s.leased_by;
            RETURN;
        END IF;
        s.fence := s.fence + 1;
    END IF;
    at_step := s.fence;
    UPDATE session SET fence = s.fence, leased_by = p_owner, leased_until = clock_timestamp() + make_interval(secs => p_seconds)
        WHERE id = s.id;
END $$;
