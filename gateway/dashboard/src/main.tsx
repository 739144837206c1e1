/** The page's entry: preferences first, so that nothing is drawn in the wrong language or size. */
import { render } from 'preact'
import { App } from './app.tsx'
import { startPreferences } from './preferences.ts'
import { startSession } from './session.ts'

const page = document.getElementById('page')
if (page) {
  startPreferences()
  startSession()
  render(<App />, page)
}
