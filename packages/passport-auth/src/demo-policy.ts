/** One entitlement of a demo user, as the visa claim says it. */
export type DemoVisa = { readonly type: string; readonly value: string; readonly source: string; readonly by: string }

// `.invalid` (RFC 2606): these are names to compare, never addresses to open.
const DAC = 'https://demo.biocloud.invalid/dac'
const INSTITUTION = 'https://demo.biocloud.invalid/institution'
const COHORT = 'https://demo.biocloud.invalid/datasets/cohort'
const EMBARGOED = 'https://demo.biocloud.invalid/datasets/embargoed'
// AAI: both visas of registered access bear this value.
const REGISTERED_ACCESS = 'https://doi.org/10.1038/s41431-018-0219-y'

const registeredAccess: readonly DemoVisa[] = [
  { type: 'AcceptedTermsAndPolicies', value: REGISTERED_ACCESS, source: INSTITUTION, by: 'self' },
  { type: 'ResearcherStatus', value: REGISTERED_ACCESS, source: INSTITUTION, by: 'so' },
]
const grantOf = (value: string): DemoVisa => ({ type: 'ControlledAccessGrants', value, source: DAC, by: 'dac' })

/** Demo users of the local issuer and what they are entitled to. */
export const demoUsers: ReadonlyMap<string, { readonly name: string; readonly visas: readonly DemoVisa[] }> = new Map([
  ['researcher', { name: 'Demo Researcher', visas: [grantOf(COHORT), grantOf(EMBARGOED), ...registeredAccess] }],
  ['registered', { name: 'Demo Registered Researcher', visas: registeredAccess }],
  ['guest', { name: 'Demo Guest', visas: [] }],
  ['operator', { name: 'Demo Operator', visas: [] }],
])

/** The YAML text of the policy that the first start writes: public, registered and controlled datasets of the local issuer, with comments that teach. */
export const demoPolicy = (): string => `# Who may read what. Everything that is not allowed here is denied.
# The servers read this file at start and refuse to start with a list of everything that is wrong in it.
#
# Try it:  biocloud token --as researcher | registered | guest | operator

# Operators register and delete objects and see the catalogue. They read no data by office.
# \`local\` is the issuer of this installation; its address and keys are filled in by the servers.
operators:
  - {iss: local, sub: operator}

# brokers: identity providers whose access tokens or passports count. \`local\` is always one of them. Another one:
#
#   brokers:
#     lsaai:
#       iss: https://login.example.org/oidc/
#       profile: [userinfo-1.0]         # access tokens, visas from userinfo | oidc: identity alone | ga4gh-1.2: passports
#       userinfo: https://login.example.org/oidc/userinfo
#       acceptedAudiences: [biocloud]   # tokens made for other services do not count
#       subjectNamespace: ls-id         # issuers that name the same namespace mean the same person by the same sub
#       maxAge: 1d

# issuers: who signs visas. Nobody else's visas count, and theirs only for these types from these sources.
issuers:
  local:
    mayAssert:
      ControlledAccessGrants: {sources: [${DAC}]}
      AcceptedTermsAndPolicies: {sources: [${INSTITUTION}]}
      ResearcherStatus: {sources: [${INSTITUTION}]}
#   rems:
#     iss: https://rems.example.org/
#     jku: https://rems.example.org/api/jwk   # where its keys are; a visa that names another place is ignored
#     subjectNamespace: ls-id
#     maxAge: 7d
#     mayAssert:
#       ControlledAccessGrants: {sources: [https://rems.example.org/dac/1]}

# bundles: sets of visas with a name. Registered access is two visas of the same person.
bundles:
  registered-access-v1:
    all:
      - {visa: AcceptedTermsAndPolicies, value: ${REGISTERED_ACCESS}, issuer: [local], source: [${INSTITUTION}], by: [self, so]}
      - {visa: ResearcherStatus, value: ${REGISTERED_ACCESS}, issuer: [local], source: [${INSTITUTION}], by: [so, system]}

# datasets: every object belongs to exactly one. An object of a dataset that is not listed here is unreadable.
# The outputs of a run have a dataset of their own, run:<run id>: its owner reads it while every input dataset permits.
datasets:
  demo-public:
    tier: public                 # anybody, without a token; never a default

  demo-registered:
    tier: registered             # named bundles only
    discoverable: true
    allow: {all: [registered-access-v1]}

  demo-cohort:
    tier: controlled             # a data access committee decides, by a visa
    discoverable: true           # refused callers get 403 and are told which visa is missing
    maxGrantTTL: PT1H            # a link lives no longer than this, nor than the visas behind it
    values: [${COHORT}]
    allow:
      any:
        - {visa: ControlledAccessGrants, value: $values, issuer: [local], source: [${DAC}], by: [dac]}

  demo-embargoed:
    tier: controlled
    discoverable: false          # refused callers get the same 404 as for an object that does not exist
    values: [${EMBARGOED}]
    allow:
      any:
        - {visa: ControlledAccessGrants, value: $values, issuer: [local], source: [${DAC}], by: [dac]}
    alsoRequire: {all: [registered-access-v1]}
`
