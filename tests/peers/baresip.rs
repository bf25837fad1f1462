//! baresip, a real softphone: its settings, its remote control and what it has heard.

use super::child::Program;
use super::site::Site;
use super::tone;
use ringback::audio::wav;
use serde_json::{Value, json};
use std::io::{BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// Longest wait for baresip.
const SOON: Duration = Duration::from_secs(15);

/// How long it can speak in one call.
const SPEECH_MS: usize = 40_000;

/// One softphone.
pub(super) struct Baresip {
    program: Program,
    dir: PathBuf,
    control: TcpStream,
    seen: usize,
}

/// Who and where it is.
pub(super) struct Phone<'a> {
    /// Its directory below the site's.
    pub(super) name: &'a str,
    /// The whole line of its account.
    pub(super) account: String,
    /// Where it speaks SIP.
    pub(super) at: (Ipv4Addr, u16),
    /// Two ports for sound, the first even.
    pub(super) sound: u16,
    /// TCP port of its remote control.
    pub(super) control: u16,
    /// The tone that it speaks all the time.
    pub(super) tone_hz: u32,
}

impl Baresip {
    /// Starts it; an account that registers has done so when this returns.
    pub(super) fn start(site: &Site, phone: &Phone<'_>) -> Self {
        let dir = site.path(phone.name);
        let write = |file: &str, text: &str| site.write(&format!("{}/{file}", phone.name), text);
        write("accounts", &format!("{}\n", phone.account));
        write("contacts", "");
        write("config", &settings(phone, &dir.to_string_lossy()));
        let speech = wav::file(&tone::tone(phone.tone_hz, SPEECH_MS));
        std::fs::write(dir.join("speech.wav"), speech).expect("a file");
        let mut command = Command::new("baresip");
        command.arg("-f").arg(&dir).current_dir(&dir);
        let program = Program::start(&format!("baresip {}", phone.name), &mut command);
        let ready = |line: &str| line.contains("baresip is ready").then_some(());
        let (seen, ()) = program
            .waits_for(0, SOON, ready)
            .unwrap_or_else(|| panic!("baresip does not start: {}", program.tail()));
        let control = SocketAddr::from((Ipv4Addr::LOCALHOST, phone.control));
        let control = TcpStream::connect(control).expect("the remote control");
        Self { program, dir, control, seen }
    }

    /// Waits until it is registered.
    pub(super) fn registers(mut self) -> Self {
        self.says("200 OK");
        self
    }

    /// Waits for a line of its output.
    pub(super) fn says(&mut self, words: &str) {
        let said = |line: &str| line.contains(words).then_some(());
        let found = self.program.waits_for(self.seen, SOON, said);
        let tail = || panic!("baresip does not say `{words}`: {}", self.program.tail());
        let (at, ()) = found.unwrap_or_else(tail);
        self.seen = at + 1;
    }

    /// A command of its menu, such as `dial sip:…`.
    pub(super) fn does(&self, command: &str, parameter: &str) {
        let text = json!({ "command": command, "params": parameter, "token": "story" }).to_string();
        let mut control = &self.control;
        write!(control, "{}:{text},", text.len()).expect("the remote control");
        let mut control = BufReader::new(control);
        loop {
            let answer: Value = netstring(&mut control);
            if answer["response"] == true {
                assert_eq!(answer["ok"], true, "{command} {parameter}: {answer}");
                return;
            }
        }
    }

    /// Presses keys in a call.
    pub(super) fn presses(&self, keys: &str) {
        for key in keys.chars() {
            self.does("sndcode", &key.to_string());
        }
    }

    /// What it heard in its calls, one sound each; asked when the calls are over.
    pub(super) fn heard(&self) -> Vec<Vec<i16>> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(&self.dir)
            .expect("its directory")
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.to_string_lossy().ends_with("-dec.wav"))
            .collect();
        files.sort();
        let sound = |path: &PathBuf| {
            let file = std::fs::read(path).expect("a file");
            wav::parse(&file).map_or_else(|_| Vec::new(), |sound| sound.samples().to_vec())
        };
        files.iter().map(sound).collect()
    }
}

/// One JSON value as a netstring: `length:value,`.
fn netstring(from: &mut impl Read) -> Value {
    let mut byte = [0];
    let mut length = 0;
    loop {
        from.read_exact(&mut byte).expect("an answer of the remote control");
        match byte[0] {
            b':' => break,
            digit => length = length * 10 + usize::from(digit - b'0'),
        }
    }
    let mut text = vec![0; length + 1];
    from.read_exact(&mut text).expect("an answer of the remote control");
    serde_json::from_slice(&text[..length]).expect("JSON")
}

fn settings(phone: &Phone<'_>, dir: &str) -> String {
    let Phone { at: (address, port), sound, control, .. } = phone;
    let last = sound + 1;
    format!(
        "sip_listen {address}:{port}
sip_trans_def udp
net_interface 127.0.0.1
call_local_timeout 120
call_max_calls 4
audio_player aubridge,nil
audio_source aufile,{dir}/speech.wav
audio_alert aubridge,nil
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
rtp_ports {sound}-{last}
snd_path {dir}
ctrl_tcp_listen 127.0.0.1:{control}
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
"
    )
}
