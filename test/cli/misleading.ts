// Automation tools take some words for an error and some lines for a prompt: no answer may have them.

/** What netmiko, oxidized and Ansible take for a prompt. */
export const PROMPT_LIKE = /^[\w.@()-]+[#>]\s?$/;

/** What Ansible takes for an error, in any line. */
export const ERROR_LIKE =
  /error:|% error|invalid input|incomplete command|ambiguous command| not found|command rejected/i;

/** The appliance speaks ASCII. */
export const NOT_ASCII = /[^\x20-\x7e]/;
