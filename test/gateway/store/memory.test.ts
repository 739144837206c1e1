/** The store in memory. */
import { openMemoryStore } from '../../../gateway/store/memory.ts'
import { contract } from './contract.ts'

contract('the memory store', openMemoryStore)
