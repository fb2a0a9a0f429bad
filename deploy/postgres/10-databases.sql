-- One role and one database for each program that keeps data, so that none can read another's.
-- Run once, by the image's own set-up, when the volume is empty. The passwords come from the environment.
\getenv app_password APP_DB_PASSWORD
\getenv temporal_password TEMPORAL_DB_PASSWORD
\getenv keycloak_password KEYCLOAK_DB_PASSWORD

-- createrole: its migrations make the role that row-level security holds; since PostgreSQL 16 that reaches no other role.
create role service_plus login createrole password :'app_password';
create role temporal login password :'temporal_password';
create role keycloak login password :'keycloak_password';

create database service_plus owner service_plus;
create database temporal owner temporal;
create database temporal_visibility owner temporal;
create database keycloak owner keycloak;

-- PostgreSQL lets every role connect to every database unless told otherwise.
revoke connect on database service_plus, temporal, temporal_visibility, keycloak, postgres, template1 from public;
