//! The addresses of a server and the sockets to them.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::net::{TcpStream, UnixStream};

use crate::config::{Config, Host};
use crate::error::Error;
use crate::wire::Transport;

/// One place where a server may listen.
#[derive(Debug, Clone)]
pub(crate) enum Endpoint {
    Tcp(SocketAddr),
    /// The socket itself, not its directory.
    Unix(PathBuf),
}

/// Where distributions put the socket.
const SOCKET_DIRECTORIES: [&str; 2] = ["/var/run/postgresql", "/tmp"];

impl Endpoint {
    /// All addresses of a configuration, to be tried in this order.
    pub(crate) async fn resolve(config: &Config) -> Result<Vec<Endpoint>, Error> {
        if let Some(address) = config.address {
            return Ok(vec![Endpoint::Tcp(SocketAddr::new(address, config.port))]);
        }
        match &config.host {
            Host::Tcp(host) => resolve_name(config, host).await,
            Host::Unix(directory) => Ok(vec![Endpoint::socket(directory, config.port)]),
            Host::DefaultSocket => Ok(SOCKET_DIRECTORIES
                .iter()
                .map(|directory| Endpoint::socket(Path::new(directory), config.port))
                .collect()),
        }
    }

    fn socket(directory: &Path, port: u16) -> Endpoint {
        Endpoint::Unix(directory.join(format!(".s.PGSQL.{port}")))
    }

    pub(crate) fn is_tcp(&self) -> bool {
        matches!(self, Endpoint::Tcp(_))
    }

    pub(crate) async fn open(&self, keepalive: &Keepalive) -> io::Result<Transport> {
        match self {
            Endpoint::Tcp(address) => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                keepalive.apply(&stream)?;
                Ok(Transport::Tcp(stream))
            }
            Endpoint::Unix(path) => Ok(Transport::Unix(UnixStream::connect(path).await?)),
        }
    }

    /// The error for an address that could not be opened.
    pub(crate) fn unreachable(&self, config: &Config, cause: &io::Error) -> Error {
        let (server, hint) = match self {
            Endpoint::Tcp(address) => (self.tcp_name(config, address), tcp_hint(cause)),
            Endpoint::Unix(path) => (path.display().to_string(), socket_hint(cause)),
        };
        let transient = !matches!(cause.kind(), ErrorKind::PermissionDenied | ErrorKind::InvalidInput);
        Error::Connect { server, reason: describe(cause), hint: hint.map(str::to_owned), transient }
    }

    fn tcp_name(&self, config: &Config, address: &SocketAddr) -> String {
        let written = config.server();
        match written == address.to_string() {
            true => written,
            false => format!("{written} ({})", address.ip()),
        }
    }
}

/// How a silent network is noticed. By default a dead peer is, two minutes after the last sign of
/// life. TCP_USER_TIMEOUT is left alone unless asked for: it also counts the time in which a live
/// server does not read (Linux, zero window probes), and a COPY may wait for a lock for hours.
/// Unacknowledged data are given up by the kernel (`tcp_retries2`, about 15 minutes).
#[derive(Debug, Clone)]
pub(crate) struct Keepalive {
    pub(crate) on: bool,
    pub(crate) idle: Duration,
    pub(crate) interval: Duration,
    pub(crate) count: u32,
    pub(crate) user_timeout: Option<Duration>,
}

impl Default for Keepalive {
    fn default() -> Keepalive {
        Keepalive {
            on: true,
            idle: Duration::from_secs(60),
            interval: Duration::from_secs(10),
            count: 6,
            user_timeout: None,
        }
    }
}

impl Keepalive {
    fn apply(&self, stream: &TcpStream) -> io::Result<()> {
        let socket = socket2::SockRef::from(stream);
        if self.on {
            let times = socket2::TcpKeepalive::new()
                .with_time(self.idle)
                .with_interval(self.interval)
                .with_retries(self.count);
            socket.set_tcp_keepalive(&times)?;
        }
        #[cfg(target_os = "linux")]
        if self.user_timeout.is_some() {
            socket.set_tcp_user_timeout(self.user_timeout)?;
        }
        Ok(())
    }
}

async fn resolve_name(config: &Config, host: &str) -> Result<Vec<Endpoint>, Error> {
    let lookup = tokio::net::lookup_host((host, config.port));
    let found: Vec<_> = match lookup.await {
        Ok(addresses) => addresses.map(Endpoint::Tcp).collect(),
        Err(cause) => return Err(unknown_host(config, host, &cause.to_string())),
    };
    match found.is_empty() {
        true => Err(unknown_host(config, host, "it has no address")),
        false => Ok(found),
    }
}

fn unknown_host(config: &Config, host: &str, reason: &str) -> Error {
    Error::Connect {
        server: config.server(),
        reason: format!("the host name \"{host}\" cannot be resolved: {reason}"),
        hint: Some("check the spelling of the host and that this machine's DNS knows it".into()),
        // The text of EAI_AGAIN, for which the standard library has no kind.
        transient: reason.contains("Temporary failure"),
    }
}

fn describe(cause: &io::Error) -> String {
    match cause.kind() {
        ErrorKind::ConnectionRefused => "connection refused".into(),
        ErrorKind::NotFound => "there is no such socket".into(),
        ErrorKind::PermissionDenied => "permission denied".into(),
        _ => cause.to_string(),
    }
}

fn tcp_hint(cause: &io::Error) -> Option<&'static str> {
    (cause.kind() == ErrorKind::ConnectionRefused).then_some(
        "is the server running there, on that port, and does its listen_addresses include \
         this address?",
    )
}

fn socket_hint(cause: &io::Error) -> Option<&'static str> {
    match cause.kind() {
        ErrorKind::ConnectionRefused | ErrorKind::NotFound => Some(
            "is the server running on this machine, on that port? Write a host \
             (postgresql://localhost/…) to connect over TCP",
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn connections_notice_a_dead_peer_within_two_minutes() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = Endpoint::Tcp(listener.local_addr().unwrap());
        let Transport::Tcp(stream) = endpoint.open(&Keepalive::default()).await.unwrap() else {
            panic!("not TCP")
        };
        let socket = socket2::SockRef::from(&stream);
        assert!(socket.keepalive().unwrap() && stream.nodelay().unwrap());
        let seconds = (socket.tcp_keepalive_time().unwrap(), socket.tcp_keepalive_interval().unwrap());
        assert_eq!(seconds, (Duration::from_secs(60), Duration::from_secs(10)));
        assert_eq!(socket.tcp_keepalive_retries().unwrap(), 6);
    }

    // shows: keepalives; keepalives_idle; keepalives_interval; keepalives_count; tcp_user_timeout
    #[tokio::test]
    async fn the_times_of_the_connection_string_reach_the_socket() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = Endpoint::Tcp(listener.local_addr().unwrap());
        let open = async |parameters: &str| {
            let text = format!("user=u {parameters}");
            let config = Config::from_uri(&text, &crate::Environment::empty()).unwrap().0;
            match endpoint.open(&config.keepalive).await.unwrap() {
                Transport::Tcp(stream) => stream,
                _ => panic!("not TCP"),
            }
        };
        let stream =
            open("keepalives_idle=30 keepalives_interval=5 keepalives_count=3 tcp_user_timeout=7000").await;
        let socket = socket2::SockRef::from(&stream);
        let seconds = (socket.tcp_keepalive_time().unwrap(), socket.tcp_keepalive_interval().unwrap());
        assert_eq!(seconds, (Duration::from_secs(30), Duration::from_secs(5)));
        assert_eq!(socket.tcp_keepalive_retries().unwrap(), 3);
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(Duration::from_secs(7)));
        let stream = open("keepalives=0").await;
        assert!(!socket2::SockRef::from(&stream).keepalive().unwrap());
    }
}
