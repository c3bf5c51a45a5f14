/** A notice as a message for an incoming webhook of Slack (Block Kit). */
import { type Notice, Severity } from "./notice.ts";

/** Slack refuses a header above 150 and a section's text above 3000 characters (Block Kit reference). */
const HEADER_LENGTH = 150;
const SECTION_LENGTH = 3_000;

const MARKS: Readonly<Record<Severity, string>> = {
  critical: "🔴",
  error: "🟠",
  warning: "🟡",
  info: "🟢",
};

export function slackMessage(notice: Notice): object {
  const headline = `${MARKS[notice.severity]} ${notice.headline}`;
  return {
    // What notifications and clients without blocks show.
    text: escape(headline),
    blocks: [
      { type: "header", text: { type: "plain_text", text: cut(headline, HEADER_LENGTH) } },
      section("Impact", notice.impact),
      section("What was done", notice.done),
      section("What is asked", notice.asked),
      section("When it is over", notice.over),
      { type: "context", elements: [{ type: "mrkdwn", text: escape(notice.at) }] },
    ],
  };
}

function section(title: string, text: string): object {
  const escaped = escape(text);
  return {
    type: "section",
    text: { type: "mrkdwn", text: cut(`*${title}*\n${escaped}`, SECTION_LENGTH) },
  };
}

/** `<!channel>` in a reason would call everybody: these three characters are markup. */
function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** No character is cut in half: the first half of a pair does not stay alone. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
