-- Runs once, when the database's volume is new. The migrations make the heatstream_* roles only where they are missing,
-- so they are made here first, and each service's login user can be granted its own.
-- To change a password later: ALTER ROLE api_service PASSWORD '…'.
\getenv api_password API_DB_PASSWORD
\getenv worker_password WORKER_DB_PASSWORD
\getenv projector_password PROJECTOR_DB_PASSWORD

CREATE ROLE heatstream_api NOLOGIN;
CREATE ROLE heatstream_worker NOLOGIN;
CREATE ROLE heatstream_projector NOLOGIN;

CREATE ROLE api_service LOGIN PASSWORD :'api_password' IN ROLE heatstream_api;
CREATE ROLE worker_service LOGIN PASSWORD :'worker_password' IN ROLE heatstream_worker;
CREATE ROLE projector_service LOGIN PASSWORD :'projector_password' IN ROLE heatstream_projector;
