/** A systemd unit that keeps the schedule's daemon running. Pure. https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html */

export interface UnitOptions {
  readonly description: string;
  /** The command and its arguments, the first an absolute path. */
  readonly command: readonly string[];
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The text of a `.service` file. */
export function systemdUnit(options: UnitOptions): string {
  const { command, workingDirectory, environment } = options;
  const variables = Object.entries(environment).map(
    ([name, value]) => `Environment=${quoted(`${name}=${value}`)}`,
  );
  // Only a command line replaces variables, and so only there a dollar is written twice.
  const words = command.map((word) => quoted(word).replaceAll("$", "$$$$"));
  return [
    "[Unit]",
    `Description=${oneLine(options.description)}`,
    "Wants=network-online.target",
    "After=network-online.target time-sync.target",
    "",
    "[Service]",
    "Type=exec",
    // The rest of the line is the path, spaces and all.
    `WorkingDirectory=${oneLine(workingDirectory)}`,
    ...variables,
    `ExecStart=${words.join(" ")}`,
    "Restart=always",
    "RestartSec=10",
    "# 2: the schedule file is wrong, and stays so until somebody mends it.",
    "RestartPreventExitStatus=2",
    "# 130: a drill was interrupted, and everything undone.",
    "SuccessExitStatus=130",
    "# The daemon undoes a running drill before it ends, and alarms take minutes to become OK.",
    "KillMode=mixed",
    "TimeoutStopSec=20min",
    "NoNewPrivileges=true",
    "ProtectSystem=full",
    "",
    "[Install]",
    "WantedBy=multi-user.target",
    "",
  ].join("\n");
}

/** In double quotes, C escapes within; a percent sign would begin a specifier. */
function quoted(text: string): string {
  return `"${oneLine(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, " ").replaceAll("%", "%%");
}
