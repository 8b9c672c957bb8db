//! The PostgreSQL server that stores the tables.

pub mod errors;
mod names;

use private_postgres::Server;
use tokio_postgres::{Client, Config, NoTls};

use crate::error::Error;
use crate::sql::facts::literal;
pub use names::Names;

const SETUP: [&str; 3] =
    [include_str!("sql/side_tables.sql"), include_str!("sql/functions.sql"), include_str!("sql/views.sql")];

/// The lock that lets one sandbox at a time set up a database.
const SETUP_LOCK: &str = "SELECT pg_advisory_xact_lock(8001)";

/// Where the tables are.
pub struct Backing {
    config: Config,
    /// Names too long for it.
    pub names: Names,
}

/// One connection, as one of the sandbox's users.
pub struct Connection {
    /// For queries.
    pub client: Client,
    /// Its process, which clients are told too.
    pub pid: i32,
}

impl Backing {
    /// The database at `url`, which takes a superuser's connection without TLS.
    pub fn at(url: &str) -> Result<Backing, Error> {
        Ok(Backing { config: url.parse().map_err(Error::from)?, names: Names::default() })
    }

    /// A database of that name on a private server, which stops when it is dropped. Blocks.
    pub fn start(database: &str) -> Result<(Backing, Server), Error> {
        let server = Server::builder().config("max_connections = 300").start()?;
        server.psql("postgres", &format!("CREATE DATABASE {database} ENCODING 'UTF8' TEMPLATE template0"))?;
        Ok((Backing::at(&server.tcp_uri(database))?, server))
    }

    /// Makes `rs_catalog`, users and slices, which may be there already.
    pub async fn set_up(&self, users: &[String], slices: u32) -> Result<(), Error> {
        let (client, _) = self.connect().await?;
        client.batch_execute("BEGIN; SET LOCAL client_min_messages = warning").await?;
        client.batch_execute(SETUP_LOCK).await?;
        for script in SETUP {
            client.batch_execute(script).await?;
        }
        for user in users {
            add_user(&client, user).await?;
        }
        let slices = format!(
            "DELETE FROM rs_catalog.slices;
             INSERT INTO rs_catalog.slices SELECT generate_series(0, {slices} - 1);
             GRANT CREATE ON SCHEMA public TO PUBLIC;
             COMMIT"
        );
        client.batch_execute(&slices).await?;
        for row in client.query("SELECT short, long FROM rs_catalog.long_names", &[]).await? {
            self.names.learn(row.get(0), row.get(1));
        }
        Ok(())
    }

    /// A connection as the superuser.
    pub async fn connect(&self) -> Result<(Client, i32), Error> {
        let (client, connection) = self.config.connect(NoTls).await?;
        // Ends with the client; what goes wrong is told to the client too.
        tokio::spawn(async { drop(connection.await) });
        let pid = client.query_one("SELECT pg_backend_pid()", &[]).await?.get(0);
        Ok((client, pid))
    }

    /// A connection as one of the sandbox's users.
    pub async fn session(&self, user: &str) -> Result<Connection, Error> {
        let (client, pid) = self.connect().await?;
        let settings = format!(
            "SET SESSION AUTHORIZATION {};
             SET client_min_messages = warning;
             SET standard_conforming_strings = on;
             SET bytea_output = hex;
             SET extra_float_digits = 0;
             SET datestyle = 'ISO, MDY';
             SET timezone = 'UTC';
             SET search_path = \"$user\", public",
            literal(user)
        );
        client.batch_execute(&settings).await?;
        Ok(Connection { client, pid })
    }
}

async fn add_user(client: &Client, user: &str) -> Result<(), Error> {
    let name = literal(user);
    let role = format!(
        "DO $role$ BEGIN
             IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {name}) THEN
                 BEGIN
                     EXECUTE format('CREATE ROLE %I', {name});
                 EXCEPTION WHEN duplicate_object OR unique_violation THEN
                     NULL; -- a sandbox over another database of the server was first
                 END;
             END IF;
             EXECUTE format('GRANT CREATE, TEMPORARY ON DATABASE %I TO %I', current_database(), {name});
         END $role$;
         INSERT INTO rs_catalog.users VALUES ({name}) ON CONFLICT DO NOTHING"
    );
    Ok(client.batch_execute(&role).await?)
}
