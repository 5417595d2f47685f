-- A role that another database of the cluster still grants to stays for it.
DO $$
DECLARE
  role_name TEXT;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['heatstream_projector', 'heatstream_api', 'heatstream_worker'] LOOP
    BEGIN
      EXECUTE format('DROP OWNED BY %I', role_name);
      EXECUTE format('DROP ROLE %I', role_name);
    EXCEPTION WHEN dependent_objects_still_exist OR undefined_object THEN
      NULL;
    END;
  END LOOP;
END
$$;
