//! Nothing but examples and tests: see the package's description.
