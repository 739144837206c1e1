/** The page in a real browser: cards with values and lines, a lamp switched and confirmed, both languages, and a phone without
 *  sideways scrolling. FIELDNODE_URL names a running demo (FIELDNODE_PIN its PIN); without it a demo is started and ended here. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Locator, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

const CHROMIUM = '/usr/bin/chromium'
const hasChromium = existsSync(CHROMIUM)
if (!hasChromium) console.log(`The page's tests are skipped: there is no ${CHROMIUM}.`)

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const DEMO_PIN = '2468'
const PHONE = { width: 390, height: 844 }
const WALL = { width: 1920, height: 1080 }
const CARDS_MIN = 12
/** A first start of the browser and of the demo may be slow. */
const READY_MS = 90_000
/** A lamp hears of a command after its next report. */
const ANSWER_MS = 90_000

const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--no-first-run',
      '--disable-component-update',
      '--disable-sync',
    ],
    timeout: READY_MS,
  })

/** What the browser complains about, as it comes: content security policy, missing files, exceptions. */
function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  return complaints
}

async function open(browser: Browser, viewport: typeof PHONE): Promise<Page> {
  const context = await browser.newContext({ viewport })
  const page = await context.newPage()
  page.setDefaultTimeout(READY_MS)
  return page
}

async function noSidewaysScroll(page: Page): Promise<void> {
  const width = await page.evaluate<number>('document.documentElement.scrollWidth')
  expect(width, 'the page is wider than the phone').toBeLessThanOrEqual(PHONE.width)
}

/** Waits until the expression is true in the page. (The page's own security policy forbids Playwright's waitForFunction.) */
async function until(page: Page, expression: string): Promise<void> {
  const endMs = Date.now() + READY_MS
  while (!(await page.evaluate<boolean>(expression))) {
    if (Date.now() > endMs) throw new Error(`still not true: ${expression}`)
    await page.waitForTimeout(100)
  }
}

/** A card has values with their flags and ages, and every row gets its line of 24 h once the card is in sight. */
async function cardHasLines(card: Locator): Promise<void> {
  await card.scrollIntoViewIfNeeded()
  const rows = `[...document.querySelectorAll('[data-node="${await card.getAttribute('data-node')}"] .reading')]`
  await until(
    card.page(),
    `${rows}.length > 0 && ${rows}.every((row) => row.querySelector('.sparkline').dataset.points > 10)`,
  )
  const wanting = await card.page().evaluate<string[]>(`${rows}.flatMap((row) => {
    const text = (name) => row.querySelector(name)?.textContent.trim() ?? ''
    const path = row.querySelector('.sparkline-line').getAttribute('d')
    const complete = path.startsWith('M') && ['b', '.flag', '.age'].every((name) => text(name) !== '')
    return complete ? [] : [row.textContent]
  })`)
  expect(wanting, 'rows without value, flag, age or line').toEqual([])
}

async function cardsHaveLines(page: Page): Promise<void> {
  await until(page, `document.querySelectorAll('[data-node] .reading').length >= ${CARDS_MIN}`)
  const cards = await page.locator('[data-node]').all()
  expect(cards.length).toBeGreaterThanOrEqual(CARDS_MIN)
  for (const card of cards) await cardHasLines(card)
}

/** The states that the newest command of a lamp goes through, until it is confirmed. */
async function followCommand(card: Locator): Promise<string[]> {
  const states: string[] = []
  const untilMs = Date.now() + ANSWER_MS
  while (states.at(-1) !== 'confirmed' && Date.now() < untilMs) {
    const state = await card.locator('[data-command]').getAttribute('data-command')
    if (state && state !== states.at(-1)) states.push(state)
    await card.page().waitForTimeout(50)
  }
  return states
}

/** Switches the first lamp to what it is not, and waits for the lamp's own confirmation. */
async function lampAnswers(page: Page, pin: string): Promise<void> {
  const card = page.locator('[data-profile="light"]').first()
  await card.scrollIntoViewIfNeeded()
  const wasLit = (await card.locator('[data-light]').getAttribute('data-light')) === 'lit'
  await card.locator(wasLit ? '.lamp-off' : '.lamp-on').click()
  await page.locator('input[name="until"][value="hour"]').check()
  await page.locator('input[name="pin"]').fill(pin)
  await page.locator('dialog .strong').click()
  await page.locator('dialog').waitFor({ state: 'detached' })
  const states = await followCommand(card)
  // In accelerated time a lamp may answer between two looks; the page keeps every step all the same.
  expect(states.at(-1), `after ${states.join()}`).toBe('confirmed')
  for (const step of ['commanded', 'waiting', 'confirmed'])
    expect(await card.locator(`[data-step="${step}"]`).getAttribute('data-status'), step).toBe('done')
  expect(await card.locator('[data-light]').getAttribute('data-light')).toBe(wasLit ? 'dark' : 'lit')
  expect(await card.locator('[data-step="confirmed"] time').innerText()).toMatch(/\d\d:\d\d/)
}

/** The PIN is asked for once: the second order has no field for it. */
async function pinIsAskedOnce(page: Page): Promise<void> {
  await page.locator('.lamp-on').first().click()
  await page.locator('dialog .strong').waitFor()
  expect(await page.locator('input[name="pin"]').count()).toBe(0)
  await page.locator('dialog .plain').click()
}

/** A wrong PIN is refused in words, and asked for again. */
async function wrongPinIsRefused(page: Page): Promise<void> {
  await page.locator('.lamp-on').first().click()
  await page.locator('input[name="pin"]').fill('0')
  await page.locator('dialog .strong').click()
  await until(page, `document.querySelector('dialog .problem').textContent.includes('PIN')`)
  expect(await page.locator('input[name="pin"]').inputValue()).toBe('')
  await page.locator('dialog .plain').click()
}

async function languageSwitches(page: Page): Promise<void> {
  const lang = (): Promise<string> => page.evaluate<string>('document.documentElement.lang')
  expect(await lang()).toBe('vi')
  expect(await page.locator('h1').innerText()).toContain('Số liệu')
  await page.locator('.switch-language').click()
  expect(await lang()).toBe('en')
  expect(await page.locator('h1').innerText()).toContain('readings')
  await page.locator('.switch-language').click()
  expect(await lang()).toBe('vi')
}

async function textGrows(page: Page): Promise<void> {
  for (const size of [1, 2, 0]) {
    await page.locator(`.size-${size}`).click()
    await noSidewaysScroll(page)
  }
}

async function chartOpens(page: Page): Promise<void> {
  await page.locator('.reading').first().click()
  await page.locator('dialog.chart canvas').waitFor()
  await noSidewaysScroll(page)
  await page.locator('dialog.chart .close').click()
}

/** Without a network the page says of when its figures are, and lets nobody believe that a lamp was switched. */
async function admitsLoss(page: Page): Promise<void> {
  await page.context().setOffline(true)
  const banner = page.locator('[data-link="offline"]')
  await banner.waitFor()
  expect(await banner.innerText()).toMatch(/\d\d:\d\d/)
  expect(await page.locator('.lamp-on').first().isDisabled()).toBe(true)
  await page.context().setOffline(false)
  await banner.waitFor({ state: 'detached' })
}

/** Everything that is asked of the page, of a running demo at `url`. */
export async function checkPage(browser: Browser, url: string, pin: string): Promise<void> {
  const phone = await open(browser, PHONE)
  const complaints = complaintsOf(phone)
  await phone.goto(url)
  await cardsHaveLines(phone)
  await noSidewaysScroll(phone)
  await chartOpens(phone)
  await languageSwitches(phone)
  await textGrows(phone)
  await lampAnswers(phone, pin)
  await pinIsAskedOnce(phone)
  expect(complaints).toEqual([])
  await admitsLoss(phone)

  const wall = await open(browser, WALL)
  const wallComplaints = complaintsOf(wall)
  await wall.goto(url)
  await cardsHaveLines(wall)
  expect(await wall.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(WALL.width)
  expect(wallComplaints).toEqual([])
  await wrongPinIsRefused(wall)
}

let demo: ChildProcess | undefined
let browser: Browser

/** Starts a demo on a free port; resolves with its address. */
function startDemo(): Promise<string> {
  const child = spawn(process.execPath, ['bin/fieldnode.mjs', 'demo', '--port', '0'], { cwd: ROOT })
  demo = child
  return new Promise((resolve, reject) => {
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const address = /http:\/\/localhost:\d+/.exec(said)
      if (address) resolve(address[0].replace('localhost', '127.0.0.1'))
    })
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.on('exit', (code) => reject(new Error(`the demo ended with ${code}: ${said}`)))
  })
}

/** Ctrl-C; resolves with the demo's exit code. */
function endDemo(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.once('exit', resolve)
    child.kill('SIGINT')
  })
}

beforeAll(async () => {
  if (hasChromium) browser = await launch()
})
afterAll(async () => {
  await browser?.close()
  demo?.kill('SIGKILL')
})

test.skipIf(!hasChromium)('the page shows the village and switches its lamps', async () => {
  const url = process.env['FIELDNODE_URL'] ?? (await startDemo())
  await checkPage(browser, url, process.env['FIELDNODE_PIN'] ?? DEMO_PIN)
  if (demo) expect(await endDemo(demo)).toBe(0)
})
