/**
 * The SQL statement that creates what `postgresFleet()` needs: four unlogged tables and three functions. Their names
 * begin with `health_state_fleet`, and they are in the first schema of the search path. If you run it again, it
 * replaces the functions and keeps the tables. It is a single statement, so every client and every migration tool can
 * run it.
 *
 * Several replicas may run it at once, because it takes an advisory lock. Without the lock, PostgreSQL would reject all
 * of these statements except one.
 *
 * Each function first takes an advisory lock on the group. Without this lock, two replicas could get the permission to
 * answer 503 at the same time, although the option `leave` of `fleet()` allows only one.
 *
 * @example
 * await pool.query(fleetSchema);
 */
export const fleetSchema: string = `DO $schema$
BEGIN
PERFORM pg_advisory_xact_lock(hashtextextended('health-state', 0));
CREATE UNLOGGED TABLE IF NOT EXISTS health_state_fleet_group (
  grp text PRIMARY KEY, born_ms bigint NOT NULL, is_lost boolean NOT NULL, ttl_ms bigint NOT NULL
);
CREATE UNLOGGED TABLE IF NOT EXISTS health_state_fleet_member (
  grp text, replica text, until_ms bigint NOT NULL, is_out boolean NOT NULL, leave_until_ms bigint NOT NULL,
  staleness double precision NOT NULL, report text NOT NULL, serial bigint NOT NULL, PRIMARY KEY (grp, replica)
);
CREATE UNLOGGED TABLE IF NOT EXISTS health_state_fleet_turn (
  grp text, resource text, replica text, is_loading boolean NOT NULL, rank double precision NOT NULL,
  until_ms bigint NOT NULL, PRIMARY KEY (grp, resource, replica)
);
CREATE UNLOGGED TABLE IF NOT EXISTS health_state_fleet_note (
  grp text, name text, version bigint NOT NULL, note text NOT NULL, PRIMARY KEY (grp, name)
);

CREATE OR REPLACE FUNCTION health_state_fleet_beat(p_grp text, b jsonb, p_report text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $beat$
DECLARE
  me text := b->>'replica';
  ttl bigint := (b->>'ttlMs')::bigint;
  standing text := b->>'standing';
  stale double precision := (b->>'staleness')::double precision;
  left_ms bigint := (b->>'leaveLeftMs')::bigint;
  now_ms bigint;
  longest bigint;
  born bigint;
  lost boolean;
  young boolean;
  known bigint;
  held boolean;
  others bigint;
  others_out bigint;
  others_in bigint;
  older bigint;
  budget bigint;
  leave_ms bigint := 0;
  is_in boolean;
  waits boolean;
  turn jsonb;
  asked double precision;
  my_rank double precision;
  spot bigint;
  busy bigint;
  turns jsonb := '{}';
  notes jsonb;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'health_state_fleet_beat needs the isolation level READ COMMITTED';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('health-state:' || p_grp, 0));
  now_ms := floor(extract(epoch FROM clock_timestamp()) * 1000);
  SELECT g.born_ms, g.is_lost, g.ttl_ms INTO born, lost, longest FROM health_state_fleet_group g WHERE g.grp = p_grp;
  longest := greatest(coalesce(longest, 0), ttl);
  DELETE FROM health_state_fleet_member m
    WHERE m.grp = p_grp AND (m.until_ms <= now_ms OR m.until_ms > now_ms + longest);
  DELETE FROM health_state_fleet_turn t
    WHERE t.grp = p_grp AND (t.until_ms <= now_ms OR t.until_ms > now_ms + longest);
  SELECT m.serial, m.leave_until_ms > now_ms INTO known, held
    FROM health_state_fleet_member m WHERE m.grp = p_grp AND m.replica = me;
  IF (b->>'serial')::bigint < known THEN
    RAISE EXCEPTION 'the store knows a later beat of this replica';
  END IF;
  SELECT count(*), count(*) FILTER (WHERE m.is_out OR m.leave_until_ms > now_ms),
    count(*) FILTER (WHERE m.staleness > stale) INTO others, others_out, older
    FROM health_state_fleet_member m WHERE m.grp = p_grp AND m.replica <> me;
  IF (b->>'isClosed')::boolean THEN
    DELETE FROM health_state_fleet_member m WHERE m.grp = p_grp AND m.replica = me;
    DELETE FROM health_state_fleet_turn t WHERE t.grp = p_grp AND t.replica = me;
    RETURN jsonb_build_object('leaveMs', 0, 'place', 0, 'isIn', false, 'members', others, 'othersOut', others_out,
      'turns', '{}'::jsonb, 'notes', '{}'::jsonb);
  END IF;
  IF born IS NULL OR born > now_ms OR (known IS NULL AND others = 0) THEN
    born := now_ms;
    lost := false;
  END IF;
  young := now_ms - born < ttl;
  IF (b->>'knownForMs')::bigint > now_ms - born + 100 THEN
    lost := true;
  END IF;
  INSERT INTO health_state_fleet_group AS g VALUES (p_grp, born, lost, longest)
    ON CONFLICT (grp) DO UPDATE SET born_ms = born, is_lost = lost, ttl_ms = longest
    WHERE (g.born_ms, g.is_lost, g.ttl_ms) IS DISTINCT FROM (born, lost, longest);
  others_in := others - others_out;
  IF standing = 'asks' THEN
    budget := coalesce((b#>>'{leave,most}')::bigint,
      greatest(1, floor((b#>>'{leave,percent}')::numeric * (others + 1) / 100)::bigint));
    leave_ms := CASE
      WHEN young AND left_ms > 0 AND others_in = 0 THEN least(left_ms, ttl)
      WHEN others_in = 0 THEN 0
      WHEN left_ms > 0 AND (young OR coalesce(held, false)) THEN ttl
      WHEN NOT young AND others_out + older < budget THEN ttl
      ELSE 0 END;
  END IF;
  is_in := standing = 'new' AND others_in = 0;
  waits := standing = 'asks' AND leave_ms = 0;
  INSERT INTO health_state_fleet_member AS m VALUES (p_grp, me, now_ms + ttl,
      (b->>'isWedged')::boolean OR standing = 'out' OR (standing = 'new' AND NOT is_in),
      CASE WHEN leave_ms > 0 THEN now_ms + leave_ms ELSE 0 END, CASE WHEN waits THEN stale ELSE 0 END, p_report,
      (b->>'serial')::bigint)
    ON CONFLICT (grp, replica) DO UPDATE SET until_ms = excluded.until_ms, is_out = excluded.is_out,
      leave_until_ms = excluded.leave_until_ms, staleness = excluded.staleness, report = excluded.report,
      serial = excluded.serial;
  FOR turn IN SELECT jsonb_array_elements(b->'turns') LOOP
    asked := NULL;
    SELECT t.rank INTO asked FROM health_state_fleet_turn t
      WHERE t.grp = p_grp AND t.resource = turn->>'resource' AND t.replica = me AND NOT t.is_loading;
    DELETE FROM health_state_fleet_turn t
      WHERE t.grp = p_grp AND t.resource = turn->>'resource' AND t.replica = me;
    spot := 0;
    IF turn->>'wants' <> 'none' THEN
      my_rank := CASE WHEN NOT (turn->>'first')::boolean THEN now_ms + (turn->>'staleInMs')::double precision
        WHEN asked < 0 THEN asked ELSE now_ms - 1e15 END;
      IF turn->>'wants' = 'waits' THEN
        SELECT 1 + count(*) FILTER (WHERE NOT t.is_loading AND (t.rank, t.replica COLLATE "C") < (my_rank, me)),
          count(*) FILTER (WHERE t.is_loading) INTO spot, busy
          FROM health_state_fleet_turn t WHERE t.grp = p_grp AND t.resource = turn->>'resource';
        IF NOT (young AND lost) AND busy + spot <= (turn->>'most')::bigint THEN
          spot := 0;
        END IF;
      END IF;
      INSERT INTO health_state_fleet_turn VALUES (p_grp, turn->>'resource', me, spot = 0, my_rank, now_ms + ttl);
    END IF;
    turns := turns || jsonb_build_object(turn->>'resource', spot);
  END LOOP;
  SELECT coalesce(jsonb_object_agg(k.name, jsonb_build_object('version', coalesce(n.version, 0), 'text', coalesce(n.note, ''))), '{}')
    INTO notes FROM (SELECT key AS name, value::bigint AS version FROM jsonb_each_text(b->'notes')) k
    LEFT JOIN health_state_fleet_note n ON n.grp = p_grp AND n.name = k.name
    WHERE coalesce(n.version, 0) <> k.version;
  RETURN jsonb_build_object('leaveMs', leave_ms, 'place', CASE WHEN waits THEN older + 1 ELSE 0 END, 'isIn', is_in,
    'members', others + 1, 'othersOut', others_out, 'turns', turns, 'notes', notes);
END $beat$;

CREATE OR REPLACE FUNCTION health_state_fleet_read(p_grp text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $read$
DECLARE
  now_ms bigint;
  born bigint;
  longest bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('health-state:' || p_grp, 0));
  now_ms := floor(extract(epoch FROM clock_timestamp()) * 1000);
  SELECT g.born_ms, g.ttl_ms INTO born, longest FROM health_state_fleet_group g WHERE g.grp = p_grp;
  RETURN jsonb_build_object('nowMs', now_ms, 'bornMs', born,
    'members', (SELECT coalesce(jsonb_agg(jsonb_build_object('replica', m.replica,
        'isOut', m.is_out OR m.leave_until_ms > now_ms, 'hasLeave', m.leave_until_ms > now_ms,
        'leftMs', m.until_ms - now_ms, 'report', m.report)), '[]')
      FROM health_state_fleet_member m
      WHERE m.grp = p_grp AND m.until_ms > now_ms AND m.until_ms <= now_ms + coalesce(longest, 0)),
    'notes', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', n.name, 'version', n.version, 'text', n.note)), '[]')
      FROM health_state_fleet_note n WHERE n.grp = p_grp));
END $read$;

CREATE OR REPLACE FUNCTION health_state_fleet_write(p_grp text, p_name text, p_version bigint, p_note text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $write$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('health-state:' || p_grp, 0));
  IF coalesce((SELECT n.version FROM health_state_fleet_note n WHERE n.grp = p_grp AND n.name = p_name), 0) <> p_version THEN
    RETURN false;
  END IF;
  -- A step on, as in src/fleet/next-version.ts. It is random here.
  INSERT INTO health_state_fleet_note
    VALUES (p_grp, p_name, 1 + (p_version + floor(random() * 90000000000000)::bigint) % 99999999999999, p_note)
    ON CONFLICT (grp, name) DO UPDATE SET version = excluded.version, note = excluded.note;
  RETURN true;
END $write$;
END $schema$`;
