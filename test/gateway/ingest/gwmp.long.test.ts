/** Semtech's UDP protocol: nothing makes the parser throw. */
import { test } from 'vitest'
import { expectAllNamed } from './datagrams.ts'

test('100,000 random and mutated datagrams are read or refused by name', () => expectAllNamed(100_000))
