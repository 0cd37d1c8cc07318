// wes.md 4: what must not rest in a request, because requests are stored and echoed. Patterns are chosen to be
// unmistakable: a false alarm refuses a legal run, so a bare long string is no secret.
const PATTERNS: readonly { what: string; pattern: RegExp }[] = [
  { what: 'a JSON Web Token', pattern: /\beyJ[\w-]{6,}\.eyJ[\w-]{6,}\.[\w-]*/u },
  { what: 'a private key', pattern: /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/u },
  { what: 'a user name and password in a URL', pattern: /\b[a-z][a-z0-9+.-]*:\/\/[^\s/?#@:]*:[^\s/?#@]+@/iu },
  {
    what: 'a signed URL',
    pattern:
      /[?&;](?:X-Amz-(?:Signature|Credential|Security-Token)|X-Goog-Signature|sig|Signature|temp_url_sig|AWSAccessKeyId|access_token|authz)=[^&\s]+/iu,
  },
  { what: 'a cloud access key id', pattern: /(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])/u },
  { what: 'a bearer token', pattern: /\bBearer\s+[\w.~+/-]{20,}/u },
]

/** What kind of secret the text holds, or undefined. */
export const secretIn = (text: string): string | undefined => PATTERNS.find(({ pattern }) => pattern.test(text))?.what

/** Blacks out what looks like a credential; for text that is shown to people. Line by line, so that byte ranges of logs stay stable. */
export const redact = (text: string): string => {
  let clean = text
  for (const { pattern } of PATTERNS) clean = clean.replace(new RegExp(pattern, `${pattern.flags}g`), '[redacted]')
  return clean
}
