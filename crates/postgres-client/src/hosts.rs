//! The servers that a connection string, or what completes it, names.

use std::net::IpAddr;
use std::path::PathBuf;

use crate::config::Host;
use crate::layers::{Fault, Found, Layers};
use crate::uri::port_number;

/// One server.
pub(crate) struct Place {
    /// The address, where no name is given.
    pub(crate) host: Host,
    pub(crate) address: Option<IpAddr>,
    pub(crate) port: u16,
}

/// Lists of hosts, addresses and ports go together one by one; a single port is that of all
/// (PostgreSQL documentation, "Specifying Multiple Hosts").
pub(crate) fn servers(layers: &Layers<'_>) -> Result<Vec<Place>, Fault> {
    let addresses = addresses(layers)?;
    let (hosts, of_hosts) = hosts(layers, &addresses);
    if !addresses.is_empty() && addresses.len() != hosts.len() {
        return Err(Fault::new(
            format!("there are {} hosts, but {} addresses (hostaddr)", hosts.len(), addresses.len()),
            "give as many addresses as hosts",
        ));
    }
    let ports = ports(layers, of_hosts, hosts.len())?;
    let addresses = addresses.into_iter().chain(std::iter::repeat(None));
    let places = hosts.into_iter().zip(addresses).zip(ports);
    Ok(places.map(|((host, address), port)| Place { host, address, port }).collect())
}

/// The hosts, and the ports written beside them.
fn hosts(layers: &Layers<'_>, addresses: &[Option<IpAddr>]) -> (Vec<Host>, Vec<Option<u16>>) {
    let written = &layers.written.servers;
    let ports = written.iter().map(|(_, port)| *port).collect();
    if layers.written.get("host").is_none() && written.iter().any(|(host, _)| host.is_some()) {
        let host = |host: &Option<Host>| host.clone().unwrap_or(Host::DefaultSocket);
        return (written.iter().map(|(written, _)| host(written)).collect(), ports);
    }
    let hosts = match layers.text("host") {
        Some(list) => list.split(',').map(host_of).collect(),
        None if addresses.is_empty() => vec![Host::DefaultSocket; written.len().max(1)],
        None => {
            addresses.iter().map(|address| address.map_or(Host::DefaultSocket, host_of_address)).collect()
        }
    };
    (hosts, ports)
}

fn host_of(text: &str) -> Host {
    match text.trim() {
        "" => Host::DefaultSocket,
        directory if directory.starts_with('/') => Host::Unix(PathBuf::from(directory)),
        name => {
            let inner = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
            Host::Tcp(inner.unwrap_or(name).to_owned())
        }
    }
}

fn host_of_address(address: IpAddr) -> Host {
    Host::Tcp(address.to_string())
}

/// None for an address left out of a list.
fn addresses(layers: &Layers<'_>) -> Result<Vec<Option<IpAddr>>, Fault> {
    let Some(found) = layers.find("hostaddr") else { return Ok(Vec::new()) };
    let address = |text: &str| match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| {
            let message = format!("hostaddr is \"{text}\", which is no address");
            found.fault(message, "write an address such as 10.0.0.1 or 2001:db8::1; a name belongs in host")
        }),
    };
    found.text.split(',').map(address).collect()
}

fn ports(layers: &Layers<'_>, of_hosts: Vec<Option<u16>>, hosts: usize) -> Result<Vec<u16>, Fault> {
    let default = layers.written.default_port.unwrap_or(5432);
    let written = layers.written.get("port").is_none() && of_hosts.iter().any(Option::is_some);
    let (found, ports) = match layers.find("port") {
        Some(found) if !written => {
            let ports: Result<Vec<_>, _> = found.text.split(',').map(|text| port(&found, text)).collect();
            (Some(found), ports?)
        }
        _ if written => (None, of_hosts),
        _ => (None, vec![None]),
    };
    let ports: Vec<u16> = ports.into_iter().map(|port| port.unwrap_or(default)).collect();
    match ports.as_slice() {
        [only] => Ok(vec![*only; hosts]),
        _ if ports.len() == hosts => Ok(ports),
        _ => {
            let message = format!("there are {hosts} hosts, but {} ports", ports.len());
            let hint = "give one port for all hosts, or one for each";
            Err(found.map_or_else(|| Fault::new(&*message, hint), |found| found.fault(message.clone(), hint)))
        }
    }
}

fn port(found: &Found, text: &str) -> Result<Option<u16>, Fault> {
    match text.trim() {
        "" => Ok(None),
        text => port_number(text).map(Some).ok_or_else(|| {
            found.fault(
                format!("the port is \"{text}\", which is no port"),
                "a port is a number from 1 to 65535",
            )
        }),
    }
}
