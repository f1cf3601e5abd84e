//! How long a migration takes and what it costs (UCC15, section III-C and equation 5).
