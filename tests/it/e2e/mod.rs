//! The program itself, over real HTTP, between a fake Guance and a fake Jira: what a user relies on.

mod agree;
mod brake;
mod budget;
mod check;
mod copies;
mod crash;
mod credentials;
mod deletes;
mod examples;
mod fields;
mod files;
mod hostile;
mod leaks;
mod links;
mod lost;
mod payloads;
mod people;
mod references;
mod repeats;
mod replies;
mod routes;
mod stop;
mod switches;
mod takeover;
mod world;
mod zones;
