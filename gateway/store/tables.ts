/** The tables of the file, and how they came about: migrations are append-only, and the number of those applied is the schema's version.
 *  One row of SETTLED_TABLES is one kind of record that is put under a key and replaced; samples, readings, conflicts and the audit log
 *  are only ever added to (engine in sqlite.ts). */

export interface SettledTable {
  name:
    | 'devices'
    | 'sessions'
    | 'epochs'
    | 'heard'
    | 'healths'
    | 'filterStates'
    | 'commands'
    | 'releases'
    | 'updates'
  /** Rows are picked by the first of them. */
  key: string[]
  columns: string[]
  order: string
}

// prettier-ignore
export const SETTLED_TABLES: readonly SettledTable[] = [
  { name: 'devices',      key: ['devEui'],             columns: ['joinEui', 'appKey', 'name', 'profile', 'link', 'latitude', 'longitude', 'lampId', 'lampGroup'], order: 'devEui' },
  { name: 'sessions',     key: ['devEui'],             columns: ['devNonce', 'joinNonce', 'devAddr', 'nwkSKey', 'appSKey', 'counterUp', 'counterDown'],           order: 'devEui' },
  { name: 'epochs',       key: ['devEui', 'epoch'],    columns: ['nextSequence', 'lowestSequence', 'setId', 'reportSeconds', 'firmwareVersion', 'helloMs'],     order: 'helloMs, epoch' },
  { name: 'heard',        key: ['devEui'],             columns: ['lastSeenMs', 'rssiDbm', 'snrDb', 'reportSeconds'],                                           order: 'devEui' },
  { name: 'healths',      key: ['devEui'],             columns: ['receivedMs', 'resetReason', 'supply', 'mode', 'clock', 'errors', 'brownOuts', 'crashes', 'powerOns', 'settingsVersion', 'freeVariables', 'batteryMillivolts', 'held'], order: 'devEui' },
  { name: 'filterStates', key: ['devEui', 'quantity'], columns: ['words', 'timeMs'],                                                                             order: 'quantity' },
  { name: 'commands',     key: ['devEui', 'id'],       columns: ['levelPercent', 'untilMs', 'state', 'createdMs', 'changedMs', 'by'],                             order: 'createdMs, id' },
  { name: 'releases',     key: ['transfer'],           columns: ['ticket', 'bundle'],                                                                            order: 'transfer' },
  { name: 'updates',      key: ['devEui'],             columns: ['transfer', 'version', 'ticketBytes', 'bundleBytes', 'state', 'reason', 'received', 'pieces', 'running', 'createdMs', 'changedMs', 'by'], order: 'devEui' },
]

/** Written into the file's header, so that another program's SQLite file is not taken for ours: "fnod". */
export const APPLICATION_ID = 0x666e6f64

/** Statements of each version, from 1. A file of a lower version gets those it lacks, in one transaction. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE nodes (id INTEGER PRIMARY KEY, devEui TEXT NOT NULL UNIQUE);
  CREATE TABLE samples (
    node INTEGER NOT NULL, epoch INTEGER NOT NULL, sequence INTEGER NOT NULL, timeMs INTEGER NOT NULL,
    timeUncertain INTEGER NOT NULL, receivedMs INTEGER NOT NULL, content TEXT NOT NULL,
    PRIMARY KEY (node, epoch, sequence)) WITHOUT ROWID;
  CREATE TABLE readings (
    node INTEGER NOT NULL, quantity INTEGER NOT NULL, timeMs INTEGER NOT NULL, epoch INTEGER NOT NULL, sequence INTEGER NOT NULL,
    value INTEGER NOT NULL, nodeFlag INTEGER NOT NULL, flag INTEGER NOT NULL, tests INTEGER NOT NULL,
    PRIMARY KEY (node, quantity, timeMs, epoch, sequence)) WITHOUT ROWID;
  CREATE TABLE frontiers (
    node INTEGER NOT NULL, epoch INTEGER NOT NULL, nextSequence INTEGER NOT NULL, PRIMARY KEY (node, epoch)) WITHOUT ROWID;
  CREATE TABLE conflicts (
    id INTEGER PRIMARY KEY, node INTEGER NOT NULL, epoch INTEGER NOT NULL, sequence INTEGER NOT NULL, receivedMs INTEGER NOT NULL,
    content TEXT NOT NULL, records TEXT NOT NULL, UNIQUE (node, epoch, sequence, content));
  CREATE TABLE totals (samples INTEGER NOT NULL, readings INTEGER NOT NULL, duplicates INTEGER NOT NULL, conflicts INTEGER NOT NULL);
  INSERT INTO totals VALUES (0, 0, 0, 0);
  CREATE TABLE devices (
    devEui TEXT PRIMARY KEY, joinEui TEXT NOT NULL, appKey TEXT NOT NULL, name TEXT NOT NULL, profile TEXT NOT NULL,
    link TEXT NOT NULL, latitude REAL NOT NULL, longitude REAL NOT NULL, lampId TEXT, lampGroup TEXT) WITHOUT ROWID;
  CREATE TABLE sessions (
    devEui TEXT PRIMARY KEY, devNonce INTEGER NOT NULL, joinNonce INTEGER NOT NULL, devAddr INTEGER NOT NULL,
    nwkSKey TEXT NOT NULL, appSKey TEXT NOT NULL, counterUp INTEGER NOT NULL, counterDown INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE epochs (
    devEui TEXT NOT NULL, epoch INTEGER NOT NULL, nextSequence INTEGER NOT NULL, lowestSequence INTEGER NOT NULL,
    setId INTEGER NOT NULL, reportSeconds INTEGER NOT NULL, firmwareVersion INTEGER NOT NULL, helloMs INTEGER NOT NULL,
    PRIMARY KEY (devEui, epoch)) WITHOUT ROWID;
  CREATE TABLE heard (
    devEui TEXT PRIMARY KEY, lastSeenMs INTEGER NOT NULL, rssiDbm REAL, snrDb REAL, reportSeconds INTEGER) WITHOUT ROWID;
  CREATE TABLE filterStates (
    devEui TEXT NOT NULL, quantity INTEGER NOT NULL, words BLOB NOT NULL, timeMs INTEGER NOT NULL,
    PRIMARY KEY (devEui, quantity)) WITHOUT ROWID;
  CREATE TABLE commands (
    devEui TEXT NOT NULL, id INTEGER NOT NULL, levelPercent INTEGER NOT NULL, untilMs INTEGER NOT NULL, state TEXT NOT NULL,
    createdMs INTEGER NOT NULL, changedMs INTEGER NOT NULL, "by" TEXT NOT NULL, PRIMARY KEY (devEui, id)) WITHOUT ROWID;
  CREATE TABLE releases (transfer INTEGER PRIMARY KEY, ticket BLOB NOT NULL, bundle BLOB NOT NULL);
  CREATE TABLE updates (
    devEui TEXT PRIMARY KEY, transfer INTEGER NOT NULL, version INTEGER NOT NULL, ticketBytes INTEGER NOT NULL, bundleBytes INTEGER NOT NULL,
    state TEXT NOT NULL, reason TEXT NOT NULL, received INTEGER NOT NULL, pieces INTEGER NOT NULL, running INTEGER,
    createdMs INTEGER NOT NULL, changedMs INTEGER NOT NULL, "by" TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE audit (
    "index" INTEGER PRIMARY KEY, previousHash TEXT NOT NULL, hash TEXT NOT NULL, timeMs INTEGER NOT NULL, who TEXT NOT NULL,
    action TEXT NOT NULL, detail TEXT NOT NULL);
  `,
  `
  CREATE TABLE healths (
    devEui TEXT PRIMARY KEY, receivedMs INTEGER NOT NULL, resetReason INTEGER NOT NULL, supply INTEGER NOT NULL, mode INTEGER NOT NULL,
    clock INTEGER NOT NULL, errors INTEGER NOT NULL, brownOuts INTEGER NOT NULL, crashes INTEGER NOT NULL, powerOns INTEGER NOT NULL,
    settingsVersion INTEGER NOT NULL, freeVariables INTEGER NOT NULL, batteryMillivolts INTEGER NOT NULL, held INTEGER NOT NULL) WITHOUT ROWID;
  `,
]
