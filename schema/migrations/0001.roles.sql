-- One role a service; the database enforces who may write. Login users are the operator's and are granted these.
-- Roles belong to the whole cluster, so another database of it may have made them already.
DO $$
DECLARE
  role_name TEXT;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['heatstream_projector', 'heatstream_api', 'heatstream_worker'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;
    END;
  END LOOP;
END
$$;
