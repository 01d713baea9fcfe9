/**
 * The policy that the router starts with when none is given: a small centre, written to be read and copied. It is also
 * the text that the README's examples run on (agent `ana`, intent `billing.…`).
 */

/** YAML text; `cordboard check` finds neither faults nor warnings in it. */
export const SAMPLE_POLICY = `# A small contact centre: three channels, three classes of customers, three queues.
# Everything that moves a contact or an agent is counted in seconds of waiting.
# What is left out has its default; docs/OPERATIONS.md lists every key.

channels:
  voice:
    cost: 100                     # of an agent's capacity (100): a call takes all of it
    offer: { timeout: 20s }       # as long as the agent's desktop rings
    wrapUp: 30s                   # notes after the call
  chat:
    cost: 30                      # three at once, and still no call beside them
    limit: 3
    offer: { timeout: 20s }
    wrapUp: 15s
    gatewayLost: { after: 2m, then: cancel }
  email:
    cost: 20
    limit: 5
    offer: { timeout: 2m }
    assigned: { max: 3d, agentLost: 15m, then: requeue }

segments:                         # a contact that names none is \`default\`
  platinum:
    headStart: 2m                 # starts two minutes ahead
    clockRate: 2                  # and each second it waits counts twice
  gold:
    headStart: 30s
    clockRate: 1.5

value: { scale: 1000, seconds: 30s }   # a customer worth 1000 or more starts another 30 s ahead

queues:                           # a contact that names none goes to the first whose \`when\` matches
  billing:
    when: { intent: "billing*" }
    requires: [{ all: [{ skill: billing, level: 3 }] }]
    serviceLevel: { within: 20s, target: 0.8 }
    clockRate: 1.2
  sales:
    when: { intent: ["sales*", "upgrade*"] }
    requires: [{ all: [{ skill: sales }] }]
    serviceLevel: { within: 30s, target: 0.8 }
  support:                        # everything else
    serviceLevel: { within: 1m, target: 0.75 }
    limits: { waiting: 5000, wait: 2d }

fit: { secondsPerLevel: 3s, affinity: 30s, breadth: 500ms }
readiness: { idleRate: 0.05, idleCap: 10m, loadSeconds: 20s }
presence: { grace: 10s, missesBeforeBusy: 1, declineCoolDown: 30s }

agents:                           # more can be put into the directory by API
  ana:
    name: Ana
    skills: { billing: 7, support: 5, es: 9 }
  ben:
    name: Ben
    skills: { sales: 8, support: 4 }
    limits: { chat: 2 }           # instead of the channel's own limit
  cleo:
    name: Cleo
    skills: { billing: 4, sales: 5, support: 9 }
    limits: { voice: 0 }          # writes, does not phone
`;
