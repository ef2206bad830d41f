//! As much of HTTP/1.1 as SDKs and Lambda runtimes speak.

use std::io::{self, BufRead, BufReader, Read, Write};

/// A request that was read whole.
#[derive(Debug, Default)]
pub(crate) struct Request {
    pub method: String,
    /// Path and query.
    pub path: String,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// A header's value, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// What is answered.
#[derive(Debug)]
pub(crate) struct Response {
    pub status: &'static str,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Response {
    pub fn new(status: &'static str, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("Content-Type", kind.to_owned())],
            body: body.into(),
        }
    }
}

/// One client's connection, encrypted or not.
#[derive(Debug)]
pub(crate) struct Connection<S> {
    reader: BufReader<S>,
}

impl<S: Read + Write> Connection<S> {
    pub fn new(stream: S) -> Self {
        Self {
            reader: BufReader::with_capacity(32 * 1024, stream),
        }
    }

    /// The next request; none once the client has closed.
    pub fn read(&mut self) -> io::Result<Option<Request>> {
        let first = self.line()?;
        if first.is_empty() {
            return Ok(None);
        }
        let mut words = first.split_whitespace();
        let mut request = Request {
            method: words.next().unwrap_or_default().to_owned(),
            path: words.next().unwrap_or_default().to_owned(),
            ..Request::default()
        };
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':') {
                let header = (name.trim().to_owned(), value.trim().to_owned());
                request.headers.push(header);
            }
        }
        request.body = self.body(&request)?;
        Ok(Some(request))
    }

    pub fn answer(&mut self, response: &Response) -> io::Result<()> {
        let mut whole = format!(
            "HTTP/1.1 {}\r\nContent-Length: {}\r\n",
            response.status,
            response.body.len()
        );
        for (name, value) in &response.headers {
            whole.push_str(name);
            whole.push_str(": ");
            whole.push_str(value);
            whole.push_str("\r\n");
        }
        whole.push_str("\r\n");
        let mut whole = whole.into_bytes();
        whole.extend_from_slice(&response.body);
        let stream = self.reader.get_mut();
        stream.write_all(&whole)?;
        stream.flush()
    }

    fn body(&mut self, request: &Request) -> io::Result<Vec<u8>> {
        let chunked = request
            .header("transfer-encoding")
            .is_some_and(|value| value.eq_ignore_ascii_case("chunked"));
        if !chunked {
            let length = request.header("content-length");
            return self.exactly(length.and_then(|text| text.parse().ok()).unwrap_or(0));
        }
        let mut body = Vec::new();
        loop {
            let size = self.line()?;
            let size = size.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16).map_err(io::Error::other)?;
            if size == 0 {
                while !self.line()?.is_empty() {}
                return Ok(body);
            }
            body.extend(self.exactly(size)?);
            self.line()?;
        }
    }

    fn exactly(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.reader.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.reader.read_line(&mut line)?;
        line.truncate(line.trim_end_matches(['\r', '\n']).len());
        Ok(line)
    }
}
