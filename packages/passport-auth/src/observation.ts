/** For metrics and debug logs; labels hold names from the policy only, never a user, task or object id. */
export type Observation = {
  readonly name: 'verification' | 'visa_ignored' | 'key_set_fetch' | 'userinfo_fetch' | 'decision' | 'audit_failed'
  readonly labels: Readonly<Record<string, string>>
}
export type Observe = (observation: Observation) => void
