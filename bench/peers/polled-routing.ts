/**
 * A polled SQL router in the manner of FreeSWITCH's mod_callcenter: tables `members`, `agents` and `tiers` in SQLite; a dispatcher that every
 * 100 ms selects all waiting members by score and, for each, the agents of its queue `ORDER BY level, last_offered_call, position`, of whom the
 * first that is ready is taken; the states of member, agent and tiers are each updated by a statement of their own.
 *
 * 1. Kinder than the original, whose instants are whole seconds (an agent is ready again in the next second) and whose statements are texts made
 *    anew: here instants are milliseconds, statements are prepared, there are indexes, and SQLite runs with a write-ahead log and
 *    `synchronous=NORMAL`: nothing waits for the disk, and the last commits may be lost with the power.
 * 2. The score of a member is its seconds of waiting and a base score; priorities are base scores a day apart.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { OnPair, RoutedContact, Routing } from './small-router-process.ts';
import { requirementName, type Work } from './work.ts';

const POLL_MS = 100;
const SCORE_PER_TIER = 86_400;

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE members (
    queue TEXT NOT NULL, uuid TEXT PRIMARY KEY, joined_epoch REAL NOT NULL, base_score INTEGER NOT NULL,
    skill_score INTEGER NOT NULL, serving_agent TEXT NOT NULL, state TEXT NOT NULL, contact TEXT NOT NULL);
  CREATE INDEX members_state ON members (state);
  CREATE TABLE agents (
    name TEXT PRIMARY KEY, status TEXT NOT NULL, state TEXT NOT NULL, wrap_up_time REAL NOT NULL,
    last_bridge_start REAL NOT NULL, last_bridge_end REAL NOT NULL, last_offered_call REAL NOT NULL,
    calls_answered INTEGER NOT NULL, talk_time REAL NOT NULL, ready_time REAL NOT NULL);
  CREATE TABLE tiers (
    queue TEXT NOT NULL, agent TEXT NOT NULL, state TEXT NOT NULL, level INTEGER NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (queue, agent));
  CREATE INDEX tiers_agent ON tiers (agent);
`;

export class PolledRouting implements Routing {
  readonly #database: DatabaseSync;
  readonly #onPair: OnPair;
  readonly #timer: NodeJS.Timeout;
  readonly #join: StatementSync;
  readonly #logIn: StatementSync;
  readonly #waitingMembers: StatementSync;
  readonly #agentsOfQueue: StatementSync;
  readonly #offerMember: StatementSync;
  readonly #isServedBy: StatementSync;
  readonly #offerAgent: StatementSync;
  readonly #offerTier: StatementSync;
  readonly #standBy: StatementSync;
  readonly #endBridge: StatementSync;
  readonly #leave: StatementSync;
  readonly #readyTiers: StatementSync;

  constructor(file: string, work: Work, onPair: OnPair) {
    this.#onPair = onPair;
    const database = new DatabaseSync(file);
    this.#database = database;
    database.exec(SCHEMA);
    addAgents(database, work);
    this.#join = database.prepare(
      `INSERT INTO members (queue, uuid, joined_epoch, base_score, skill_score, serving_agent, state, contact)
       VALUES (?, ?, ?, ?, 0, '', 'Waiting', ?)`,
    );
    this.#logIn = database.prepare(`UPDATE agents SET status = 'Available', state = 'Waiting' WHERE name = ?`);
    this.#waitingMembers = database.prepare(
      `SELECT queue, uuid, contact, (? - joined_epoch) + base_score + skill_score AS score FROM members
       WHERE state = 'Waiting' OR state = 'Abandoned' ORDER BY score DESC`,
    );
    this.#agentsOfQueue = database.prepare(
      `SELECT name, tiers.state AS tier, agents.state, last_bridge_end, wrap_up_time, ready_time
       FROM agents LEFT JOIN tiers ON agents.name = tiers.agent
       WHERE tiers.queue = ? AND (status = 'Available' OR status = 'On Break' OR status = 'Available (On Demand)')
       ORDER BY level, last_offered_call, position`,
    );
    this.#offerMember = database.prepare(
      `UPDATE members SET serving_agent = ?, state = 'Trying' WHERE state = 'Waiting' AND uuid = ?`,
    );
    this.#isServedBy = database.prepare('SELECT count(*) AS members FROM members WHERE serving_agent = ? AND uuid = ?');
    this.#offerAgent = database.prepare(
      `UPDATE agents SET state = 'In a queue call', last_offered_call = ?, last_bridge_start = ?,
         calls_answered = calls_answered + 1 WHERE name = ?`,
    );
    this.#offerTier = database.prepare(`UPDATE tiers SET state = 'Active Inbound' WHERE agent = ? AND queue = ?`);
    this.#standBy = database.prepare(
      `UPDATE tiers SET state = 'Standby' WHERE agent = ? AND NOT queue = ? AND state = 'Ready'`,
    );
    this.#endBridge = database.prepare(
      `UPDATE agents SET state = 'Waiting', last_bridge_end = ?, talk_time = talk_time + (? - last_bridge_start)
       WHERE name = ?`,
    );
    this.#leave = database.prepare('DELETE FROM members WHERE uuid = ?');
    this.#readyTiers = database.prepare(
      `UPDATE tiers SET state = 'Ready' WHERE agent = ? AND (state = 'Active Inbound' OR state = 'Standby')`,
    );
    this.#timer = setTimeout(() => this.#poll(), POLL_MS);
  }

  agentAvailable(agentId: string): void {
    this.#logIn.run(agentId);
  }

  submitted(contact: RoutedContact): void {
    const { id, queue, tier } = contact;
    this.#join.run(queue, id, epoch(), tier * SCORE_PER_TIER, JSON.stringify(contact));
  }

  completed(contactId: string, agentId: string): void {
    const now = epoch();
    this.#endBridge.run(now, now, agentId);
    this.#leave.run(contactId);
    this.#readyTiers.run(agentId);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#database.close();
  }

  /** As the original: the pause begins when the round is over. */
  #poll(): void {
    for (const { queue, uuid, contact } of this.#waitingMembers.all(epoch())) {
      this.#dispatch(String(queue), String(uuid), String(contact));
    }
    this.#timer.refresh();
  }

  #dispatch(queue: string, uuid: string, contact: string): void {
    const now = epoch();
    for (const agent of this.#agentsOfQueue.iterate(queue)) {
      const isReady =
        (agent.tier === 'Ready' || agent.tier === 'No Answer') &&
        agent.state === 'Waiting' &&
        Number(agent.last_bridge_end) <= now - Number(agent.wrap_up_time) &&
        Number(agent.ready_time) <= now;
      if (isReady) return this.#offer(queue, uuid, contact, String(agent.name), now);
    }
  }

  #offer(queue: string, uuid: string, contact: string, agent: string, now: number): void {
    this.#offerMember.run(agent, uuid);
    if (this.#isServedBy.get(agent, uuid)?.members !== 1) return;
    this.#offerAgent.run(now, now, agent);
    this.#offerTier.run(agent, queue);
    this.#standBy.run(agent, queue);
    this.#onPair(JSON.parse(contact), agent);
  }
}

/** All agents, logged out, with a tier in each queue that they serve. */
function addAgents(database: DatabaseSync, { teams }: Work): void {
  const agents = database.prepare(`INSERT INTO agents VALUES (?, 'Logged Out', 'Waiting', 0, 0, 0, 0, 0, 0, 0)`);
  const tiers = database.prepare(`INSERT INTO tiers VALUES (?, ?, 'Ready', 1, ?)`);
  database.exec('BEGIN');
  for (const { agentIds, requirements } of teams) {
    for (const [position, id] of agentIds.entries()) {
      agents.run(id);
      for (const requirement of requirements) tiers.run(requirementName(requirement), id, position + 1);
    }
  }
  database.exec('COMMIT');
}

/** Seconds, to the millisecond. */
function epoch(): number {
  return Date.now() / 1000;
}
