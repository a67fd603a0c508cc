// Automation tools take some words for an error and some lines for a prompt: no answer may have them.

/** What netmiko, oxidized and Ansible take for a prompt. */
export const PROMPT_LIKE = /^[\w.@()-]+[#>]\s?$/;

/** What Ansible's cisco.ios or RANCID take for an error, in any line. */
export const ERROR_LIKE =
  /error:|% ?error|error code|invalid (input|command)|(incomplete|ambiguous) command| not found|command rejected|authorization failed|timed out|bad (mask|secret|passwords)|overlaps with|informational:|type help or/i;

/** The appliance speaks ASCII. */
export const NOT_ASCII = /[^\x20-\x7e]/;
