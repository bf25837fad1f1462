//! Stories with other people's telephones: sipp, baresip and bare sockets against the server
//! as it is started by its users.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::wrong_self_convention,
    reason = "a test may fail loudly"
)]

mod peers {
    mod baresip;
    mod child;
    mod ear;
    mod ports;
    mod server;
    mod sipp;
    mod site;
    mod store;
    mod tone;

    mod callback_by_baresip;
    mod callback_by_sipp;
    mod dismissal;
    mod publishing;
    mod restart;
    mod torture;
    mod transfer_by_sipp;
    mod wrong_site;
}
