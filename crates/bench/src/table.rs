//! The tables that are loaded.

use private_postgres::{Error, Server};

/// The database that holds them.
pub const DATABASE: &str = "postgres";

/// A table without an index.
#[derive(Clone, Copy)]
pub struct Table {
    pub name: &'static str,
    columns: &'static str,
}

pub const ORDERS: Table = Table {
    name: "orders",
    columns: "id bigint, customer int, token uuid, name text, price numeric(12,2), quantity int, \
              ordered timestamp, delivered date, paid boolean, country char(2), \
              weight double precision, note text",
};

/// The same, but that it has a column that pgloader does not send in binary.
pub const ORDERS_AS_TEXT: Table = Table {
    name: "orders",
    columns: "id bigint, customer int, token uuid, name text, price numeric(12,2), quantity int, \
              ordered timestamp, delivered date, paid boolean, country name, \
              weight double precision, note text",
};

pub const WIDE: Table = Table { name: "wide", columns: "id int, body text" };

impl Table {
    /// Makes the table anew, and writes out what earlier runs have left in memory.
    pub fn renew(&self, server: &Server) -> Result<(), Error> {
        self.create(server, "TABLE")
    }

    /// As [`Table::renew`], without a write-ahead log.
    pub fn renew_unlogged(&self, server: &Server) -> Result<(), Error> {
        self.create(server, "UNLOGGED TABLE")
    }

    /// Rows.
    pub fn count(&self, server: &Server) -> Result<u64, Box<dyn std::error::Error>> {
        let count = server.psql(DATABASE, &format!("SELECT count(*) FROM {}", self.name))?;
        Ok(count.parse()?)
    }

    /// The number of rows, and a sum over them that does not depend on their order.
    pub fn checksum(&self, server: &Server, condition: &str) -> Result<String, Error> {
        let row = "('x' || substr(md5(t::text), 1, 15))::bit(60)::bigint::numeric";
        let sql = format!("SELECT count(*), sum({row}) FROM {} t WHERE {condition}", self.name);
        server.psql(DATABASE, &sql)
    }

    fn create(&self, server: &Server, kind: &str) -> Result<(), Error> {
        let Self { name, columns } = self;
        let sql = format!("DROP TABLE IF EXISTS {name}; CREATE {kind} {name} ({columns}); CHECKPOINT");
        server.psql(DATABASE, &sql).map(drop)
    }
}
